import Catalogue
import Evaluation
import Foundation
import Gating

/// What `holdfast init` says: what it found, what it chose, and what comes next.
struct InitSummary {
  private let draft: ConfigurationDraft
  private let fetchable: [FetchableModel]
  private let config: String

  /// - Parameter config: the configuration's path as it was typed.
  init(_ draft: ConfigurationDraft, fetchable: [FetchableModel], config: String) {
    (self.draft, self.fetchable, self.config) = (draft, fetchable, config)
  }

  var text: String {
    let chosen = [
      "base: \(yamlScalar(draft.base.value.description)): \(draft.base.reason)",
      "suite: \(yamlScalar(draft.suite.value)): \(draft.suite.reason)",
      "baseline: \(yamlScalar(draft.baseline.value)): \(draft.baseline.reason)",
      "prompt: \(draft.prompt.value.rawValue): \(draft.prompt.reason)",
      "labels: \(enumerated(draft.labels.value)): \(draft.labels.reason)",
      "data: \(enumerated(draft.data.value)): \(draft.data.reason)",
    ]
    let numbered = steps.enumerated().map { "\($0.offset + 1). \($0.element)" }
    let notes = draft.warnings + draft.survey.remarks
    let sections = [
      section("found", found), section("note", notes), section(yamlScalar(config), chosen), section("next", numbered),
    ]
    return sections.joined()
  }

  /// A heading and its lines, the first ones where there are many; nothing without lines.
  private func section(_ heading: String, _ lines: [String]) -> String {
    guard !lines.isEmpty else { return "" }
    let most = 30
    var text = "\(heading)\n"
    for line in lines.prefix(most) { text += "  \(line)\n" }
    if lines.count > most { text += "  and \(lines.count - most) more\n" }
    return text
  }

  private var found: [String] {
    let survey = draft.survey
    var lines = survey.checkpoints.map { "\(yamlScalar($0.path)): \(describe($0))" }
    lines += survey.suites.map { "\(yamlScalar($0.path)): suite \(yamlScalar($0.name))" }
    lines += survey.baselines.map {
      "\(yamlScalar($0.path)): baseline of \(yamlScalar($0.model.name)) on \(yamlScalar($0.suite.name))"
    }
    lines += survey.data.map { "\(yamlScalar($0)): looks like fine-tuning data" }
    return lines.isEmpty ? ["nothing that a configuration names"] : lines
  }

  private func describe(_ checkpoint: FoundCheckpoint) -> String {
    let base = checkpoint.baseName.map { " on \(yamlScalar($0))" } ?? ""
    return switch checkpoint.form {
    case .model: checkpoint.isFineTuned ? "fine-tuned model" : "model"
    case .adapter: "adapter\(base)"
    case .series(let count): "series of \(count) checkpoint\(count == 1 ? "" : "s")\(base)"
    }
  }

  private func enumerated(_ texts: [String]) -> String {
    guard !texts.isEmpty else { return "none" }
    let most = 8
    return texts.prefix(most).map { yamlScalar($0) }.joined(separator: ", ") + (texts.count > most ? ", …" : "")
  }

  // MARK: - What comes next

  private var steps: [String] {
    let option = config == "holdfast.yaml" ? "" : " --config \(shellWord(argument(config)))"
    let candidate = draft.candidates.first.map { shellWord(argument($0.path)) } ?? "PATH"
    var steps: [String] = []
    if !draft.hasSuite {
      steps.append("copy the folder \(draft.suite.value) of the Holdfast repository to \(draft.suite.value)")
    }
    if case .name(let name) = draft.base.value, !isFetched(name) { steps.append("holdfast fetch \(shellWord(name))") }
    if !draft.hasBaseline { steps.append("holdfast baseline save\(option)") }
    steps.append("holdfast gate --candidate \(candidate)\(option)")
    return steps
  }

  private func isFetched(_ name: String) -> Bool {
    guard let model = fetchable.first(where: { $0.name == name }) else { return false }
    let folder = fetchedModelsFolder(otherwise: ConfigurationDraft.modelsFolder)
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent(model.file).path)
  }

  /// A path that is taken neither for an option, nor for a home folder, nor for a model's name.
  private func argument(_ path: String) -> String {
    let isTaken = path.hasPrefix("-") || path.hasPrefix("~") || fetchable.contains(where: { $0.name == path })
    return isTaken ? "./\(path)" : path
  }

  /// One word to a shell; what a terminal would not show is escaped as bash and zsh read it.
  private func shellWord(_ text: String) -> String {
    let plain = Set("0123456789_-./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".unicodeScalars)
    let scalars = text.unicodeScalars
    if scalars.allSatisfy({ plain.contains($0) }) { return text }
    guard !scalars.allSatisfy(\.isUnmistakable) else { return "'" + text.replacing("'", with: #"'\''"#) + "'" }
    let escaped = scalars.map { scalar -> String in
      if scalar == "'" || scalar == "\\" { return "\\\(scalar)" }
      if scalar.isUnmistakable { return String(scalar) }
      return String(scalar).utf8.map { String(format: "\\x%02x", $0) }.joined()
    }
    return "$'" + escaped.joined() + "'"
  }
}

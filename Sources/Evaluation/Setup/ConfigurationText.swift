import Foundation
import Gating
import Reading

/// A draft as the text of a `holdfast.yaml`, every key with a comment.
package struct ConfigurationText {
  private let draft: ConfigurationDraft
  /// What leads from the file's folder to the surveyed one: empty, or with "/" at its end.
  private let prefix: String

  package init(_ draft: ConfigurationDraft, prefix: String) { (self.draft, self.prefix) = (draft, prefix) }

  package var text: String {
    let gate = GateSettings()
    return """
      # What this team agrees on, drafted by 'holdfast init' and yours to change. `holdfast gate --candidate PATH` reads it; options win
      # over it. Paths are relative to this file.

      # The model that candidates were fine-tuned from: a path (with a "/" in it, or a .gguf file) or a name of the catalogue.
      \(base)

      # The base model's committed scores; `holdfast baseline save` makes them.
      \(entry("baseline", draft.baseline) { placed($0) })

      # The questions: one folder of tasks.
      \(entry("suites", draft.suite) { "[\(placed($0))]" })

      # How they are put: raw (as text), chat (each demonstration a turn, through the model's own chat template) or chat-single.
      \(entry("prompt", draft.prompt) { $0.rawValue })

      # Where scores, fetched models and reports are kept; none of them is committed.
      ledger: \(placed(".holdfast/ledger.sqlite"))
      models: \(placed(ConfigurationDraft.modelsFolder))
      reports: \(placed("reports"))

      # What candidates are fine-tuned on, where you know it: tasks with these labels do not vote, and items of the suites that are in
      # these files are left out. Checkpoints of 'holdfast train' say their labels themselves.
      \(fineTuning)

      # How many threads compute; null for one a core. The scores do not depend on it.
      threads: null

      gate:
        # How many exact-match answers, as a share of all, a candidate may lose: over everything, in each family of tasks and in each task; and
        # over everything at the largest number of demonstrations alone.
        max_drop: \(limits(gate.maxDrop))
        max_drop_largest_k: \(limits(gate.maxDropLargestK))
        # How many times the base's errors a candidate may make, and one point more: what binds where the base is nearly always right.
        max_error_ratio: \(limits(gate.maxErrorRatio))
        # The least share of what demonstrations give the base that a candidate must keep, over everything.
        min_retention: \(limits(gate.minRetention))
        # The share of the exact match above chance that a candidate may lose; by how much a right answer's probability may drop, and its
        # logprob, in nats.
        max_relative_drop: \(limits(gate.maxRelativeDrop))
        max_probability_drop: \(limits(gate.maxProbabilityDrop))
        max_logprob_drop: \(limits(gate.maxLogprobDrop))
        # By how much the probability of a fine-tuning label may rise where it is no answer; it needs the labels.
        max_leak_mass: \(limits(gate.maxLeakMass))
        # The error of a PASS that should not be, and, over all units together, of a FAIL that should not be.
        alpha_pass: \(number(gate.alphaPass))
        alpha_fail: \(number(gate.alphaFail))
        # Where neither is shown: exit3 (someone decides), fail (exit code 1), pass (exit code 0).
        on_inconclusive: \(gate.onInconclusive.rawValue)
        # How many families must have enough evidence to vote; null for half of them.
        min_families: \(gate.minFamilies.map { "\($0)" } ?? "null")
        # The share of every task's blocks that a gate asks, which then counts as all of them.
        share: 1

      """
  }

  /// Whether a configuration, read from a file with this text, is what was drafted.
  package func isSaid(by configuration: Configuration) -> Bool {
    let survey = draft.survey
    let base: ModelReference =
      switch draft.base.value {
      case .name(let name): .name(name)
      case .path(let path): .path(survey.absolute(path))
      case .served(let reference): .served(reference)
      }
    let suites = [ShippedFiles.own.suite(draft.suite.value, at: survey.absolute(draft.suite.value))]
    let fineTuning = FineTuning(
      labels: draft.labels.value, data: draft.data.value.map { survey.absolute($0) }, base: draft.trainedOn)
    guard configuration.base == base, configuration.baseline == survey.absolute(draft.baseline.value) else {
      return false
    }
    return configuration.suites == suites && configuration.prompt == draft.prompt.value
      && configuration.gate == GateSettings()
      && configuration.fineTuning == fineTuning
  }

  // MARK: - Parts

  /// `key: value` under its reason, what else it could be below that.
  private func entry<Value: Sendable & Hashable>(
    _ key: String, _ choice: Choice<Value>, _ written: (Value) -> String
  ) -> String {
    var lines = ["# Here: \(choice.reason)."]
    lines += others(choice.alternatives.map { "\(key): \(written($0))" })
    lines.append("\(key): \(written(choice.value))")
    return lines.joined(separator: "\n")
  }

  private var base: String {
    let warnings = draft.warnings.prefix(5).map { "# Note: \($0)." }
    return (warnings + [entry("base", draft.base) { reference($0) }]).joined(separator: "\n")
  }

  private func others(_ lines: [String]) -> [String] {
    guard !lines.isEmpty else { return [] }
    let most = 8
    var comments = ["# Also possible:"]
    comments += lines.prefix(most).map { "#   \($0)" }
    if lines.count > most { comments.append("#   and \(lines.count - most) more") }
    return comments
  }

  private var fineTuning: String {
    func labels(_ texts: [String]) -> String { "labels: [\(texts.map { yamlScalar($0) }.joined(separator: ", "))]" }
    func data(_ files: [String]) -> String { "data: [\(files.map { placed($0) }.joined(separator: ", "))]" }
    let chosen = (labels: draft.labels.value, data: draft.data.value)
    var lines = ["# Labels: \(draft.labels.reason)."]
    lines += others(draft.labels.alternatives.map { labels($0) })
    lines.append("# Data: \(draft.data.reason).")
    lines += others(draft.data.alternatives.map { data($0) })
    if chosen.labels.isEmpty, chosen.data.isEmpty, draft.trainedOn == nil {
      lines.append("# fine_tuning: {labels: [positive, negative], data: [path/to/train.jsonl]}")
    } else {
      lines.append("fine_tuning:")
      lines.append(chosen.labels.isEmpty ? "  # labels: [positive, negative]" : "  \(labels(chosen.labels))")
      lines.append(chosen.data.isEmpty ? "  # data: [path/to/train.jsonl]" : "  \(data(chosen.data))")
      if let trained = draft.trainedOn {
        lines.append("  # What the adapters were trained on; the base above is what they are judged on.")
        lines.append("  base: \(yamlScalar(trained))")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func reference(_ model: ModelReference) -> String {
    switch model {
    case .name(let name): return yamlScalar(name)
    case .served(let reference): return yamlScalar(reference.address)
    case .path(let path):
      // Without a "/" it would be a name.
      return prefix.isEmpty && !path.contains("/") && path != "." ? yamlScalar("./\(path)") : placed(path)
    }
  }

  private func placed(_ path: String) -> String {
    if path == "." { return yamlScalar(prefix.isEmpty ? "./" : prefix) }
    // Foundation takes a leading "~" for a home folder.
    return yamlScalar(prefix.isEmpty && path.hasPrefix("~") ? "./\(path)" : prefix + path)
  }

  private func limits(_ limits: RuleLimits) -> String {
    guard !limits.isOff else { return "off" }
    let overall = limits.overall.map { number($0) } ?? "off"
    let family = limits.family.map { number($0) } ?? "off"
    return "{overall: \(overall), family: \(family)\(limits.task.map { ", task: \(number($0))" } ?? "")}"
  }

  private func number(_ value: Double) -> String { String(format: "%.2f", value) }
}

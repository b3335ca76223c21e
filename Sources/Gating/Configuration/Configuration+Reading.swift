import Diagnostics
import Foundation

extension Configuration {
  private static let keys = [
    "base", "baseline", "suites", "ledger", "models", "reports", "threads", "gate", "fine_tuning",
  ]

  /// Reads `holdfast.yaml`.
  ///
  /// - Throws: `InputError`, file and key named, where it cannot be read, has an unknown key, lacks one, or a value is out of
  ///   range.
  package static func load(_ path: String) throws -> Configuration {
    let settings = try SettingsReader(file: path, known: keys)
    let folder = URL(fileURLWithPath: path).absoluteURL.deletingLastPathComponent()
    func absolute(_ path: String) -> String { URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL.path }

    let base = try settings.text("base")
    let suites = try settings.texts("suites", otherwise: ["suites/core"])
    guard suites.count == 1 else {
      throw InputError(
        path, field: "suites", "has \(suites.count) folders",
        remedy: "name one: each suite is gated by a configuration of its own")
    }
    return Configuration(
      file: path,
      base: base.contains("/") || base.hasSuffix(".gguf") ? .path(absolute(base)) : .name(base),
      baseline: absolute(try settings.text("baseline")), suites: suites.map(absolute),
      ledger: absolute(try settings.text("ledger", otherwise: ".holdfast/ledger.sqlite")),
      models: absolute(try settings.text("models", otherwise: "models")),
      reports: absolute(try settings.text("reports", otherwise: "reports")),
      threads: try settings.integer("threads", in: 1...1024), gate: try gate(settings),
      fineTuning: try fineTuning(settings, file: path, absolute))
  }

  private static func fineTuning(
    _ settings: SettingsReader, file: String, _ absolute: (String) -> String
  ) throws -> FineTuning {
    let section = try settings.section("fine_tuning", known: ["labels", "data"])
    let labels = try section.texts("labels", otherwise: [])
    guard !labels.contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
      throw InputError(
        file, field: "fine_tuning.labels", "one is blank", remedy: "write the labels, such as [positive, negative]")
    }
    return FineTuning(labels: labels, data: try section.texts("data", otherwise: []).map(absolute))
  }

  private static func gate(_ settings: SettingsReader) throws -> GateSettings {
    let defaults = GateSettings()
    let rules = defaults.limits.map(\.key)
    let gate = try settings.section(
      "gate", known: rules + ["alpha_pass", "alpha_fail", "on_inconclusive", "min_families"])
    let read = GateSettings(
      maxDrop: try gate.limits("max_drop", otherwise: defaults.maxDrop, below: 1),
      maxRelativeDrop: try gate.limits("max_relative_drop", otherwise: defaults.maxRelativeDrop, below: 1),
      minRetention: try gate.limits("min_retention", otherwise: defaults.minRetention, below: 1),
      maxLogprobDrop: try gate.limits("max_logprob_drop", otherwise: defaults.maxLogprobDrop, below: 100),
      maxLeakMass: try gate.limits("max_leak_mass", otherwise: defaults.maxLeakMass, below: 1),
      alphaPass: try gate.share("alpha_pass", otherwise: defaults.alphaPass, below: 0.5),
      alphaFail: try gate.share("alpha_fail", otherwise: defaults.alphaFail, below: 0.5),
      onInconclusive: try gate.choice("on_inconclusive", otherwise: defaults.onInconclusive),
      minFamilies: try gate.integer("min_families", in: 1...10_000))
    guard read.maxLeakMass.shots == nil else {
      throw InputError(
        settings.file, field: "gate.max_leak_mass.k", "is not this rule's to say",
        remedy: "leave it out: leak mass is asked with at most four demonstrations")
    }
    guard !read.policy.rules.isEmpty else {
      throw InputError(
        settings.file, field: "gate", "every rule is off, so that anything would pass",
        remedy: "leave one of \(words: rules.joined(separator: ", ")) on")
    }
    return read
  }
}

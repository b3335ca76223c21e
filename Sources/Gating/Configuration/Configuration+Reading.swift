import Diagnostics
import Foundation
import Reading
import Suites

extension Configuration {
  private static let keys = [
    "base", "baseline", "suites", "ledger", "models", "reports", "threads", "gate", "fine_tuning",
    "prompt", "chat", "candidate", "api_key_file",
  ]

  /// Reads `holdfast.yaml`.
  ///
  /// - Throws: `InputError`, file and key named, where it cannot be read, has an unknown key, lacks one, or a value is out of
  ///   range.
  package static func load(_ path: String) throws -> Configuration {
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw InputError(path, "cannot be read", remedy: "check the path, or run 'holdfast init'")
    }
    let settings = try YAMLMapping(file: path, known: keys)
    let folder = URL(fileURLWithPath: path).absoluteURL.deletingLastPathComponent()
    func absolute(_ path: String) -> String { URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL.path }

    /// A model of the hub that was downloaded, where no path of that name is there.
    func place(_ base: String) -> String {
      let path = absolute(base)
      return FileKind.of(path) == nil ? HubCache().snapshot(of: base) ?? path : path
    }

    let base = try settings.kind("base") == .mapping ? nil : settings.required("base", try settings.text("base"))
    let served = try base == nil ? Self.served("base", settings, absolute) : nil
    let suites = try settings.texts("suites", orOne: true) ?? ["suites/core"]
    guard suites.count == 1 else {
      throw settings.error(
        "suites", "has \(suites.count) folders",
        remedy: "name one: each suite is gated by a configuration of its own")
    }
    let baseline = try settings.required("baseline", try settings.text("baseline"))
    let (gate, reported, share) = try gate(settings)
    return Configuration(
      file: path,
      base: base.map { $0.contains("/") || $0.hasSuffix(".gguf") ? .path(place($0)) : .name($0) }
        ?? served.map { .served($0) } ?? .name(""),
      candidate: try Self.served("candidate", settings, absolute),
      keyFile: try settings.text("api_key_file").map(absolute),
      baseline: absolute(baseline), baselineToRead: ShippedFiles.own.baseline(baseline, at: absolute(baseline)),
      suites: suites.map { ShippedFiles.own.suite($0, at: absolute($0)) },
      ledger: absolute(try settings.text("ledger") ?? ".holdfast/ledger.sqlite"),
      models: absolute(try settings.text("models") ?? "models"),
      reports: absolute(try settings.text("reports") ?? "reports"),
      threads: try settings.integer("threads", in: 1...1024), gate: gate, reported: reported, share: share,
      fineTuning: try fineTuning(settings, absolute), prompt: try settings.choice("prompt") ?? .raw,
      chat: try ChatChoice(
        settings.sectionOrEmpty("chat", known: ["template", "arguments", "system", "date", "instructions"])))
  }

  /// `{server: http://host:8000, model: NAME, tokenizer: PATH, answers: scored}`; nil where the key is absent.
  private static func served(
    _ key: String, _ settings: YAMLMapping, _ absolute: (String) -> String
  ) throws -> ServedReference? {
    guard settings.has(key) else { return nil }
    guard let section = try settings.section(key, known: ["server", "model", "tokenizer", "answers"]) else {
      return nil
    }
    let server = try section.required("server", try section.text("server"))
    guard ["http://", "https://"].contains(where: server.lowercased().hasPrefix) else {
      throw section.error("server", "'\(server)' is no address", remedy: "write one such as http://localhost:8000")
    }
    let model = try section.text("model")
    guard model == nil || !server.contains("#") else {
      throw section.error("server", "names a model behind '#', and so does 'model'", remedy: "name it once")
    }
    let answers: ServedAnswers? = try section.choice("answers")
    return ServedReference(
      address: server + (model.map { "#\($0)" } ?? ""),
      tokenizer: try section.text("tokenizer").map { $0 == ServedReference.serversTokenizer ? $0 : absolute($0) },
      writes: answers.map { $0 == .written })
  }

  /// What a server is asked for.
  private enum ServedAnswers: String, CaseIterable {
    /// Logprobs of answers, and whether they are right.
    case scored
    /// Whether they are right: what the server writes is compared with them.
    case written
  }

  private static func fineTuning(
    _ settings: YAMLMapping, _ absolute: (String) -> String
  ) throws -> FineTuning {
    let section = try settings.sectionOrEmpty("fine_tuning", known: ["labels", "data", "base"])
    let labels = try section.texts("labels", orOne: true) ?? []
    guard !labels.contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
      throw section.error(
        "labels", "one is blank", remedy: "write the labels, such as [positive, negative]")
    }
    return FineTuning(
      labels: labels, data: try (section.texts("data", orOne: true) ?? []).map(absolute),
      base: try section.text("base"))
  }

  private static func gate(_ settings: YAMLMapping) throws -> (GateSettings, ReportedTasks, Share) {
    let defaults = GateSettings()
    let rules = defaults.limits.map(\.key)
    let gate = try settings.sectionOrEmpty(
      "gate", known: rules + ["alpha_pass", "alpha_fail", "on_inconclusive", "min_families", "reported", "share"])
    let read = GateSettings(
      maxDrop: try gate.limits("max_drop", otherwise: defaults.maxDrop, below: 1),
      maxDropLargestK: try gate.limits("max_drop_largest_k", otherwise: defaults.maxDropLargestK, below: 1),
      maxErrorRatio: try gate.limits("max_error_ratio", otherwise: defaults.maxErrorRatio, above: 1, below: 1000),
      maxRelativeDrop: try gate.limits("max_relative_drop", otherwise: defaults.maxRelativeDrop, below: 1),
      minRetention: try gate.limits("min_retention", otherwise: defaults.minRetention, below: 1),
      maxProbabilityDrop: try gate.limits("max_probability_drop", otherwise: defaults.maxProbabilityDrop, below: 1),
      maxLogprobDrop: try gate.limits("max_logprob_drop", otherwise: defaults.maxLogprobDrop, below: 100),
      maxLeakMass: try gate.limits("max_leak_mass", otherwise: defaults.maxLeakMass, below: 1),
      alphaPass: try alpha("alpha_pass", gate) ?? defaults.alphaPass,
      alphaFail: try alpha("alpha_fail", gate) ?? defaults.alphaFail,
      onInconclusive: try gate.choice("on_inconclusive") ?? defaults.onInconclusive,
      minFamilies: try gate.integer("min_families", in: 1...10_000))
    guard read.maxLeakMass.shots == nil else {
      throw gate.error(
        "max_leak_mass.k", "is not this rule's to say",
        remedy: "leave it out: leak mass is asked with at most four demonstrations")
    }
    guard !read.policy.rules.isEmpty else {
      throw settings.error(
        "gate", "every rule is off, so that anything would pass",
        remedy: "leave one of \(words: rules.joined(separator: ", ")) on")
    }
    guard read.maxDropLargestK.shots == nil else {
      throw gate.error(
        "max_drop_largest_k.k", "is not this rule's to say", remedy: "leave it out, or name the k in max_drop")
    }
    let share: Share
    do {
      share = try gate.text("share").map { try Share(parsing: $0) } ?? .all
    } catch {
      throw gate.error("share", "is not a fraction above 0 and at most 1", remedy: "write one such as 1/2")
    }
    return (read, try gate.choice("reported") ?? .skip, share)
  }

  private static func alpha(_ key: String, _ gate: YAMLMapping) throws -> Double? {
    try gate.number(key, "above 0 and below 0.5", remedy: "write a share such as 0.05") { $0 > 0 && $0 < 0.5 }
  }
}

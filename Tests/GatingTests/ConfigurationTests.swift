import Diagnostics
import Foundation
import Gating
import Testing

@Suite("holdfast.yaml")
struct ConfigurationTests {
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().standardizedFileURL

  /// Reads a configuration of this text in a folder of its own.
  private func load(_ text: String) throws -> (Configuration, folder: String) {
    var result: (Configuration, folder: String)?
    try withFolder { folder in
      let file = folder.appendingPathComponent("holdfast.yaml")
      try Data(text.utf8).write(to: file)
      result = (try Configuration.load(file.path), folder.standardizedFileURL.path)
    }
    return try #require(result)
  }

  @Test("the committed file says what the defaults say")
  func committed() throws {
    let file = root.appendingPathComponent("holdfast.yaml").path
    // A package elsewhere that borrows these tests has no such file beside it.
    guard FileManager.default.fileExists(atPath: file) else { return }
    let configuration = try Configuration.load(file)
    #expect(configuration.gate == GateSettings())
    #expect(configuration.base == .name("smollm2-135m-instruct"))
    #expect(configuration.baseline == root.path + "/baselines/smollm2-135m-instruct.core.json")
    #expect(configuration.suites == [root.path + "/suites/core"])
    #expect(configuration.threads == nil)
  }

  @Test("two lines are enough; paths are relative to the file")
  func minimal() throws {
    let (configuration, folder) = try load("base: models/tiny.gguf\nbaseline: b.json\n")
    #expect(configuration.base == .path("\(folder)/models/tiny.gguf"))
    #expect(configuration.baseline == "\(folder)/b.json")
    #expect(configuration.suites == ["\(folder)/suites/core"])
    #expect(configuration.ledger == "\(folder)/.holdfast/ledger.sqlite")
    #expect(configuration.models == "\(folder)/models")
    #expect(configuration.reports == "\(folder)/reports")
    #expect(configuration.gate == GateSettings())
    let absolute = try load("base: /m/tiny\nbaseline: /b.json\nsuites: /s\n").0
    #expect(absolute.base == .path("/m/tiny"))
    #expect(absolute.baseline == "/b.json")
    #expect(absolute.suites == ["/s"])
  }

  @Test("every threshold can be set")
  func thresholds() throws {
    let (configuration, _) = try load(
      """
      base: tiny
      baseline: b.json
      threads: 3
      gate:
        max_drop: {overall: 0.03, family: 0.2}
        alpha_pass: 0.1
        alpha_fail: 0.001
        on_inconclusive: fail
        min_families: 4
      """)
    #expect(configuration.threads == 3)
    #expect(
      configuration.gate
        == GateSettings(
          maxDrop: RuleLimits(overall: 0.03, family: 0.2, task: 0.25), alphaPass: 0.1, alphaFail: 0.001,
          onInconclusive: .fail,
          minFamilies: 4))
    let policy = configuration.gate.policy
    #expect(
      policy.rules.map(\.contrast)
        == [
          .absoluteDrop(margin: 0.03), .absoluteDrop(margin: 0.2), .absoluteDrop(margin: 0.25),
          .absoluteDrop(margin: 0.05), .errorRatio(1.5), .retention(share: 0.8),
        ])
    #expect(policy.minFamilies == 4)
  }

  private func gate(_ text: String) throws -> GateSettings {
    try load("base: tiny\nbaseline: b.json\ngate:\n  \(text)\n").0.gate
  }

  @Test("a rule is a number (overall), a mapping of levels, or off; what is not said stays as it is by default")
  func rules() throws {
    let defaults = GateSettings()
    #expect(defaults.maxDrop == RuleLimits(overall: 0.05, family: 0.10, task: 0.25))
    #expect(defaults.maxDropLargestK == RuleLimits(overall: 0.05))
    #expect(defaults.maxErrorRatio == RuleLimits(overall: 1.5))
    #expect(defaults.minRetention == RuleLimits(overall: 0.80))
    #expect(defaults.maxRelativeDrop.isOff && defaults.maxLogprobDrop.isOff && defaults.maxProbabilityDrop.isOff)
    #expect(try gate("max_drop: 0.02") == GateSettings(maxDrop: RuleLimits(overall: 0.02, family: 0.10, task: 0.25)))
    #expect(try gate("max_drop: {family: off}") == GateSettings(maxDrop: RuleLimits(overall: 0.05, task: 0.25)))
    #expect(try gate("max_drop: {task: off}") == GateSettings(maxDrop: RuleLimits(overall: 0.05, family: 0.10)))
    #expect(try gate("max_error_ratio: 2").maxErrorRatio == RuleLimits(overall: 2))
    #expect(try gate("max_probability_drop: {family: 0.2}").maxProbabilityDrop == RuleLimits(family: 0.2))
    #expect(try gate("max_drop: off").maxDrop == .off)
    #expect(try gate("min_retention: off") == GateSettings(minRetention: .off))
    #expect(
      try gate("max_relative_drop: {family: 0.3, k: [8, 4]}")
        == GateSettings(maxRelativeDrop: RuleLimits(family: 0.3, shots: [4, 8])))
    #expect(try gate("max_logprob_drop: 1.5").maxLogprobDrop == RuleLimits(overall: 1.5))
    #expect(
      try gate("max_drop: {families: {lexical: 0.2}, k: 8}").maxDrop
        == RuleLimits(overall: 0.05, family: 0.10, families: ["lexical": 0.2], task: 0.25, shots: [8]))
  }

  @Test("every rule that is on is one contrast at one level; a family's own limit takes it out of the common one")
  func policy() {
    let policy = GateSettings(
      maxDrop: RuleLimits(overall: 0.05, family: 0.1, families: ["b": 0.2, "a": 0.3], task: 0.4),
      maxDropLargestK: .off, maxErrorRatio: RuleLimits(overall: 2),
      maxRelativeDrop: RuleLimits(family: 0.4), minRetention: RuleLimits(overall: 0.7, shots: [4]),
      maxLogprobDrop: RuleLimits(overall: 0.5)
    ).policy
    #expect(
      policy.rules.map(\.name)
        == [
          "max_drop", "max_drop", "max_drop", "max_drop", "max_drop", "max_error_ratio", "max_relative_drop",
          "min_retention", "max_logprob_drop",
        ])
    #expect(
      policy.rules.map(\.contrast) == [
        .absoluteDrop(margin: 0.05), .absoluteDrop(margin: 0.1), .absoluteDrop(margin: 0.3), .absoluteDrop(margin: 0.2),
        .absoluteDrop(margin: 0.4), .errorRatio(2), .relativeDrop(share: 0.4), .retention(share: 0.7),
        .absoluteDrop(margin: 0.5),
      ])
    #expect(
      policy.rules.map(\.families) == [
        .all, .allBut(["a", "b"]), .only("a"), .only("b"), .all, .all, .all, .all, .all,
      ])
    #expect(
      policy.rules.map(\.level) == [.overall, .family, .family, .family, .task, .overall, .family, .overall, .overall])
    #expect(policy.rules[7].shots == .only([4]) && policy.rules[6].shots == .fewShot)
    #expect(policy.rules.last?.metric == .logprob)
  }

  @Test("what candidates were fine-tuned on may be said: labels, and data files, which need not be there")
  func fineTuning() throws {
    let start = "base: tiny\nbaseline: b.json\n"
    #expect(try load(start).0.fineTuning == FineTuning())
    #expect(try load(start + "fine_tuning:\n").0.fineTuning == FineTuning())
    let (configuration, folder) = try load(
      start + "fine_tuning: {labels: [yes, no, 1], data: [data/train.jsonl, /d/more.jsonl]}")
    #expect(configuration.fineTuning.labels == ["yes", "no", "1"])
    #expect(configuration.fineTuning.data == ["\(folder)/data/train.jsonl", "/d/more.jsonl"])
    let single = try load(start + "fine_tuning:\n  data: train.jsonl").0.fineTuning
    #expect(single.labels.isEmpty && single.data.count == 1)
  }

  @Test(
    "what is wrong is named with its key and a remedy",
    arguments: [
      ("baseline: b.json", "base: is missing"),
      ("base: tiny", "baseline: is missing"),
      ("base: tiny\nbaseline: b.json\nledgr: x", "ledgr: unknown key; did you mean 'ledger'?"),
      ("base: tiny\nbaseline: b.json\ngate: {max_dorp: {}}", "gate.max_dorp: unknown key; did you mean 'max_drop'?"),
      ("base: tiny\nbaseline: b.json\ngate: {max_drop: {familly: 1}}", "did you mean 'family'?"),
      ("base: tiny\nbaseline: b.json\ngate: {max_drop: [0.05]}", "gate.max_drop: not a mapping"),
      ("base: tiny\nbaseline: b.json\ngate: {max_drop: much}", "gate.max_drop: is not a number above 0 and below 1"),
      ("base: tiny\nbaseline: b.json\ngate: {min_retention: 1}", "gate.min_retention: is not a number above 0"),
      ("base: tiny\nbaseline: b.json\ngate: {max_logprob_drop: -1}", "gate.max_logprob_drop: is not a number above 0"),
      ("base: tiny\nbaseline: b.json\ngate: {max_leek_mass: 0.1}", "gate.max_leek_mass: unknown key"),
      (
        "base: tiny\nbaseline: b.json\ngate: {max_leak_mass: {overall: 0.1, k: 4}}",
        "gate.max_leak_mass.k: is not this rule's to say"
      ),
      (
        "base: tiny\nbaseline: b.json\ngate: {max_drop: {families: {lexical: 2}}}",
        "gate.max_drop.families.lexical: is not a number above 0"
      ),
      ("base: tiny\nbaseline: b.json\ngate: {max_drop: {families: 0.1}}", "gate.max_drop.families: is not a mapping"),
      ("base: tiny\nbaseline: b.json\ngate: {max_drop: {k: [0, 4]}}", "gate.max_drop.k: is not a list of different"),
      ("base: tiny\nbaseline: b.json\ngate: {max_drop: {k: [4, 4]}}", "gate.max_drop.k: is not a list of different"),
      ("base: tiny\nbaseline: b.json\ngate: {max_relative_drop: {k: [4]}}", "max_relative_drop: has k and no limit"),
      (
        "base: tiny\nbaseline: b.json\ngate: {max_drop: off, max_drop_largest_k: off, max_error_ratio: off, min_retention: off}",
        "gate: every rule is off"
      ),
      (
        "base: tiny\nbaseline: b.json\ngate: {max_drop: {overall: 5}}", "gate.max_drop.overall: is not a number above 0"
      ),
      ("base: tiny\nbaseline: b.json\ngate: {alpha_fail: nan}", "gate.alpha_fail: is not a number"),
      ("base: tiny\nbaseline: b.json\ngate: {alpha_pass: -0.1}", "gate.alpha_pass: is not a number"),
      ("base: tiny\nbaseline: b.json\ngate: {on_inconclusive: passs}", "did you mean 'pass'?"),
      ("base: tiny\nbaseline: b.json\ngate: {min_families: 0}", "gate.min_families: is not a whole number"),
      ("base: tiny\nbaseline: b.json\nthreads: many", "threads: is not a whole number from 1 to 1024"),
      ("base: tiny\nbaseline: b.json\nsuites: [a, b]", "suites: has 2 folders"),
      ("base: tiny\nbaseline: b.json\nsuites: {a: b}", "suites: is not a list"),
      ("base: tiny\nbaseline: b.json\nfine_tunning: {}", "fine_tunning: unknown key; did you mean 'fine_tuning'?"),
      ("base: tiny\nbaseline: b.json\nfine_tuning: {lables: [a]}", "fine_tuning.lables: unknown key; did you mean"),
      ("base: tiny\nbaseline: b.json\nfine_tuning: {labels: []}", "fine_tuning.labels: is not a list"),
      ("base: tiny\nbaseline: b.json\nfine_tuning: {labels: [a, ' ']}", "fine_tuning.labels: one is blank"),
      ("base: tiny\nbaseline: b.json\nfine_tuning: {data: {a: b}}", "fine_tuning.data: is not a list"),
      ("base: tiny\nbaseline: b.json\nfine_tuning: [a]", "fine_tuning: not a mapping"),
      ("base: tiny\nbase: other\nbaseline: b.json", "is given twice"),
      ("base: [tiny]\nbaseline: b.json", "base: is not text"),
      ("base: 'tiny", "line 1: not valid YAML: "),
      ("- base", "not a mapping"),
      ("", "the file is empty"),
    ])
  func mistakes(text: String, expected: String) throws {
    let error = #expect(throws: InputError.self) { try load(text) }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
  }

  @Test("a missing file says how to make one")
  func missing() {
    let error = #expect(throws: InputError.self) { try Configuration.load("/nowhere/holdfast.yaml") }
    #expect(error?.description.contains("run 'holdfast init'") == true)
  }
}

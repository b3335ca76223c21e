import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Reporting
import Scoring
import Suites
import Testing

/// A folder with all that an experiment on the tiny golden model needs; it goes away with the value.
final class TinyExperiment: Sendable {
  let folder: URL
  /// The path of a committed file or folder under Tests/Goldens.
  static func golden(_ path: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Goldens/\(path)").path
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    try write("suite/suite.yaml", "suite: tiny\nversion: 1\nseed: 7\ndescription: for tests\n")
    for (task, family) in [("echo", "copying"), ("answer", "facts")] {
      try write(
        "suite/\(task).yaml",
        #"""
        task: \#(task)
        family: \#(family)
        version: 1
        items: \#(task).jsonl
        template: "Q: {input}\nA:"
        answer_prefix: " "
        separator: "\n\n"
        stop: "\n"
        shots: [0, 1, 4]
        block: 4
        pool: 16
        conditions: [gold]
        source: made for tests
        licence: CC0-1.0

        """#)
      let lines = (0..<80).map { #"{"id": "\#(task)-\#($0)", "input": "\#(task) \#($0)", "output": "word \#($0)"}"# }
      try write("suite/\(task).jsonl", lines.joined(separator: "\n") + "\n")
    }
    let samples = (0..<16).map { #"{"prompt": "say \#($0)", "completion": " \#($0 % 2 == 0 ? "yes" : "no")"}"# }
    try write("train.jsonl", samples.joined(separator: "\n"))
    try write("test.jsonl", samples.prefix(8).joined(separator: "\n"))
    try writeRecipe("full", "method: full")
    try writeRecipe("lora", "method: lora\nlora: {r: 4, dropout: 0.1}")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

  func write(_ name: String, _ text: String) throws {
    let url = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func writeRecipe(_ name: String, _ more: String) throws {
    try write(
      "\(name).yaml",
      """
      recipe: \(name)
      data: {train: train.jsonl, test: test.jsonl}
      \(more)
      learning_rate: 1e-2
      steps: 12
      batch: 2
      """)
  }

  /// An experiment of two arms, scored after steps 2 and 4, at a quarter of the suite.
  func writeExperiment(
    _ more: String = "", arms: String = "[{arm: full, recipe: full.yaml}, {arm: lora, recipe: lora.yaml}]"
  ) throws {
    try write(
      "experiment.yaml",
      """
      experiment: tiny
      share: 1/4
      steps: 4
      checkpoints: [2, 4]
      match_accuracy: 0.5
      arms: \(arms)
      \(more)
      """)
  }

  /// A baseline that says the tiny model, which knows nothing, once answered three items in four after a demonstration.
  private func baseline(_ suite: Suite, _ base: Subject, _ ledger: Ledger) throws -> Baseline {
    let run = try SuiteRun(suite: suite, share: .all, ledger: ledger, command: "test", kernel: "test", threads: 1)
    let model = try LoadedModel(base.checkpoint, threads: 1)
    let scorer = EngineScorer(model)
    let scores = try run.execute(base, scorer: scorer).items.map { score in
      ItemScore(
        task: score.task, item: score.item, block: score.block, k: score.k, draw: score.draw,
        condition: score.condition, exactMatch: score.k > 0 && score.item.last.map { !"37".contains($0) } ?? false,
        logprob: score.logprob, choiceCorrect: score.choiceCorrect)
    }
    return try Baseline(
      createdBy: "test", run: try run.description(of: base, base.ready(in: model)),
      tasks: suite.tasks.map(TaskFacts.init), scores: scores, familyMargin: 0.1)
  }

  /// Runs the experiment.
  @discardableResult
  func run(
    out: String = "out", reports: String = "reports", fromReport: Bool = false, machine: String = "test",
    selection: ExperimentSession.Selection = .init(),
    also: Share? = nil, report: @escaping (ExperimentSession.Event) throws -> Void = { _ in }
  ) throws -> ExperimentResult {
    let experiment = try Experiment.read(path("experiment.yaml"))
    let suite = try Suite.load(path("suite"))
    let ledger = try Ledger(path: path("ledger.sqlite"))
    let model = Self.golden("checkpoints/llama-tied")
    let base = try Subject(path: model, base: try Checkpoint.open(model), hashes: NoHashCache())
    let baseline = try baseline(suite, base, ledger)
    return try ExperimentSession(
      experiment, suite: suite, baseline: baseline, settings: GateSettings(), base: base,
      configuredBase: model, fineTuningLabels: [],
      also: also.map { .init(suite: suite, baseline: baseline, path: "other.json", share: $0) }, out: path(out),
      reports: path(reports), known: fromReport ? path("\(reports)/results.json") : nil, ledger: ledger, threads: 1,
      selection: selection,
      provenance: .init(
        command: "holdfast experiment", createdBy: "test", machine: machine, kernel: "test", baseline: "baseline.json")
    ).run(report: report)
  }

  /// results.json without the fields that say when and how long.
  func findings(_ reports: String = "reports") throws -> String {
    try read("\(reports)/results.json").split(separator: "\n")
      .filter { !$0.contains("_seconds\"") && !$0.contains("\"generated_at\"") }.joined(separator: "\n")
  }
}

/// Expects an `InputError` whose description holds some words.
func expectFault(_ words: String, _ body: () throws -> Void) throws {
  let fault = try #require(throws: InputError.self) { try body() }
  #expect("\(fault)".contains(words), "\(fault)")
  #expect(!"\(fault)".contains("\n"))
}

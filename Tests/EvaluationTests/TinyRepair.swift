import Checkpoints
import Evaluation
import Foundation
import Gating
import Ledger
import Scoring
import Suites
import Training

/// A folder with a suite of two tasks of 24 blocks, test samples, and a baseline of the tiny golden model.
final class TinyRepair: Sendable {
  let tiny: TinyExperiment
  /// A tiny model that admits both tasks; its logprobs are its own but for what `changing` says.
  let base = TinyExperiment.golden("checkpoints/llama-tied")

  init() throws {
    tiny = try TinyExperiment()
    for task in ["echo", "answer"] {
      let lines = (0..<112).map { #"{"id": "\#(task)-\#($0)", "input": "\#(task) \#($0)", "output": "word \#($0)"}"# }
      try tiny.write("suite/\(task).jsonl", lines.joined(separator: "\n") + "\n")
    }
  }

  /// A whole candidate that has lost some of the base's logprob.
  func candidate(noise: Float = 0.6) throws -> String {
    let path = tiny.path("candidate-\(noise)")
    try writeTuned(from: try Checkpoint.open(base), to: path, noise: noise)
    return path
  }

  /// - Parameters:
  ///   - margin: nats an answer that may be lost.
  ///   - changing: what is added to the baseline's logprob of a block.
  func session(
    candidate: String, base: String? = nil, margin: Double, share: String = "1/2", out: String = "out",
    data: String = "test.jsonl", isByCell: Bool = false, changing: (Int) -> Double = { _ in 0 }
  ) throws -> RepairSession {
    let suite = try Suite.load(tiny.path("suite"))
    let ledger = try Ledger(path: tiny.path("ledger.sqlite"))
    let rule = Rule(
      name: "nats", metric: .logprob, contrast: .absoluteDrop(margin: margin), level: .overall, alphaPass: 0.05,
      alphaFail: 0.01)
    let setting = RepairSetting(
      suite: suite, baseline: try baseline(suite, ledger, changing), baselinePath: "baseline.json",
      policy: GatePolicy(rules: [rule]), fineTuningLabels: [], share: try Share(parsing: share), threads: 1,
      command: "test", kernel: "test")
    return try RepairSession(
      setting, base: base ?? self.base, candidate: candidate,
      test: try TargetTest(path: tiny.path(data), format: PromptFormat(.plain)), out: tiny.path(out), ledger: ledger,
      isByCell: isByCell)
  }

  /// The base's scores; its exact match is made up, so that the tasks are admitted.
  private func baseline(_ suite: Suite, _ ledger: Ledger, _ changing: (Int) -> Double) throws -> Baseline {
    let run = try SuiteRun(suite: suite, share: .all, ledger: ledger, command: "test", kernel: "test", threads: 1)
    let subject = try Subject(path: base, base: try Checkpoint.open(base), hashes: NoHashCache())
    let model = try LoadedModel(subject.checkpoint, threads: 1)
    let scorer = EngineScorer(model)
    let scores = try run.execute(subject, scorer: scorer).items.map { score in
      ItemScore(
        task: score.task, item: score.item, block: score.block, k: score.k, draw: score.draw,
        condition: score.condition, exactMatch: score.k > 0 && score.item.last.map { !"37".contains($0) } ?? false,
        logprob: score.logprob.map { $0 + changing(score.block) }, choiceCorrect: score.choiceCorrect)
    }
    return try Baseline(
      createdBy: "test", run: try run.description(of: subject, subject.ready(in: model)),
      tasks: suite.tasks.map(TaskFacts.init), scores: scores, familyMargin: 0.1)
  }

  /// What is in the folder beside the suite, the data and the ledger, sorted.
  func made() throws -> [String] {
    let known = ["suite", "train.jsonl", "test.jsonl", "full.yaml", "lora.yaml"]
    return try FileManager.default.contentsOfDirectory(atPath: tiny.folder.path)
      .filter { !known.contains($0) && !$0.hasPrefix("ledger") && !$0.hasPrefix("candidate") }.sorted()
  }
}

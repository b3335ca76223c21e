import Checkpoints
import Evaluation
import Foundation
import Gating
import Ledger
import Suites

/// Asks models a suite under one draw of demonstrations after another.
struct DrawnAnswers {
  let run: SuiteRun
  let seeds: Int
  /// What adapters sit on.
  let base: String
  /// The tasks that vote, which alone are asked.
  let tasks: Set<String>

  /// - Returns: one list of scores a seed, each as if its draw were the only one.
  func of(_ path: String, name: String) throws -> (description: RunDescription, scores: [[ItemScore]]) {
    let subject = try Subject(
      path: path, name: name, base: try Checkpoint.open(base), hashes: LedgerHashCache.forProcess(run.ledger))
    let model = try subject.load(threads: run.threads)
    let scorer = subject.scorer(in: model)
    let scores = try (0..<seeds).map { seed in
      let began = Date()
      let items = try run.execute(
        subject, scorer: scorer, questions: SuiteRun.Questions(draws: seed..<seed + 1, tasks: tasks)
      ).items
      let seconds = String(format: "%.1f", Date().timeIntervalSince(began))
      FileHandle.standardError.write(Data("\(name), seed \(seed): \(seconds) s\n".utf8))
      return items.map(\.asFirstDraw)
    }
    return (try run.description(of: subject, subject.ready(in: model)), scores)
  }
}

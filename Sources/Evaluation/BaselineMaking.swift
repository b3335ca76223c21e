import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Scoring
import Suites

/// Scores a base model on a whole suite and makes its baseline, admission decided and frozen.
///
/// - Parameter note: is told what whoever uses it should know.
package func makeBaseline(
  _ subject: Subject, run suiteRun: SuiteRun, threads: Int, familyMargin: Double, createdBy: String,
  note: (String) -> Void, progress: @escaping (ScoringProgress) -> Void
) throws -> Baseline {
  let model = try subject.load(threads: threads)
  for line in try suiteRun.notes(on: model) { note(line) }
  try ThinkingProbe(suiteRun.suite).check(subject, in: model)
  let scorer = subject.scorer(in: model)
  let description = try suiteRun.description(of: subject, model, numerics: scorer.numericsID)
  let outcome = try suiteRun.execute(subject, scorer: scorer, progress: progress)
  return try Baseline(
    createdBy: createdBy, run: description, tasks: suiteRun.suite.tasks.map(TaskFacts.init), scores: outcome.items,
    familyMargin: familyMargin)
}

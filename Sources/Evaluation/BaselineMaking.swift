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
  _ subject: any AskedModel, run suiteRun: SuiteRun, threads: Int, familyMargin: Double, createdBy: String,
  note: (String) -> Void, progress: @escaping (ScoringProgress) -> Void
) throws -> Baseline {
  let model = try subject.ready(threads: threads)
  for line in try suiteRun.notes(on: model) { note(line) }
  try ThinkingProbe(suiteRun.suite).check(model)
  let description = try suiteRun.description(of: subject, model)
  let outcome = try suiteRun.execute(subject, scorer: model.scorer, progress: progress)
  return try Baseline(
    createdBy: createdBy, run: description, tasks: suiteRun.suite.tasks.map(TaskFacts.init), scores: outcome.items,
    familyMargin: familyMargin)
}

import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Reporting
import Scoring
import Statistics
import Suites

/// Scores checkpoints of an experiment: through the ledger, against the baseline.
struct PointScoring {
  let setting: ExperimentSetting
  let run: SuiteRun
  let policy: GatePolicy

  /// - Returns: the point without a target accuracy.
  /// - Throws: `NotGateable` where it is not comparable with the baseline; `InputError` for what cannot be opened or
  /// asked.
  func score(
    _ subject: Subject, step: Int, progress: @escaping (ScoringProgress) -> Void
  ) throws -> ExperimentPoint {
    let began = Date()
    let model = try subject.load(threads: run.threads)
    let scorer = subject.scorer(in: model)
    let description = try run.description(of: subject, subject.ready(in: model))
    _ = try Comparability.check(baseline: setting.baseline.run, candidate: description)
    let questions = SuiteRun.Questions(voting: setting.measured, of: run.suite)
    let items = try run.execute(subject, scorer: scorer, questions: questions, progress: progress).items
    let ability = try AbilityLeft(try setting.measuredTasks(items))
    var verdict: Verdict?
    var reason: String?
    do {
      verdict = try Verdict.judge(
        baseline: setting.baseline, candidate: description, scores: items, policy: policy,
        related: setting.related, contaminated: setting.contaminated, unasked: setting.unasked)
    } catch let refusal as NotGateable {
      // The estimate stands; only the gate's word is not to be had.
      reason = refusal.reason
    }
    return ExperimentPoint(
      step: step, target: nil, leakMass: nil, ability: ability, verdict: verdict?.outcome, noVerdict: reason,
      scoringSeconds: Date().timeIntervalSince(began))
  }

  /// The base under other demonstrations than the baseline's, on the same items.
  ///
  /// - Parameter draw: from 1.
  func scoreBase(draw: Int, progress: @escaping (ScoringProgress) -> Void) throws -> ExperimentPoint {
    let began = Date()
    let model = try setting.base.load(threads: run.threads)
    let items = try run.execute(
      setting.base, scorer: setting.base.scorer(in: model),
      questions: SuiteRun.Questions(draws: draw..<draw + 1, tasks: setting.measured), progress: progress
    ).items.map(\.asFirstDraw)
    return ExperimentPoint(
      step: 0, target: nil, leakMass: nil, ability: try AbilityLeft(try setting.measuredTasks(items)), verdict: nil,
      noVerdict: "asked under other demonstrations than the baseline", scoringSeconds: Date().timeIntervalSince(began))
  }

  /// The base as the baseline has it: what arms are compared with, without asking anything.
  func reference() throws -> ExperimentPoint {
    ExperimentPoint(
      step: 0, target: nil, leakMass: nil, ability: try AbilityLeft(try setting.measuredTasks()), verdict: nil,
      noVerdict: nil,
      scoringSeconds: 0)
  }
}

extension TargetAccuracy {
  /// - Returns: nil without an accuracy or without samples.
  init?(_ accuracy: Double?, samples: Int) {
    guard let accuracy, samples > 0,
      let share = Proportion(successes: Int((accuracy * Double(samples)).rounded()), trials: samples)
    else { return nil }
    self.init(accuracy: accuracy, interval: Interval(share.wilson()), samples: samples)
  }
}

import Diagnostics
import Foundation
import Ledger
import Reporting
import Training

/// One arm under one seed, ready to be trained and scored: each of its parts that is there already is left alone.
struct ArmRun {
  let planned: PlannedRun
  let session: TrainingSession
  let folder: RunFolder
  let experiment: Experiment

  /// Trains what is left, scores what is left, and removes what need not stay.
  func finish(_ scoring: CheckpointScoring, report: @escaping (ExperimentSession.Event) throws -> Void) throws {
    try folder.claim()
    let seconds = try train(scoring.main.run.ledger, report)
    if let diverged = try folder.divergedAt() { try report(.diverged(step: diverged)) }
    let evaluations = folder.training.evaluations
    let steps = try folder.scoredSteps(planned, experiment)
    for step in steps where try folder.point(step) == nil {
      guard folder.hasCheckpoint(step) else {
        throw InputError(
          folder.path, "has neither checkpoint-\(step) nor point-\(step).json, though its training is over",
          remedy: "remove the folder and its .json file to run the arm again")
      }
      let point = try scoring.score(
        folder.training.checkpoint(step), name: "\(planned.arm)/seed-\(planned.seed)/checkpoint-\(step)", step: step,
        progress: { try? report(.scoring(step: step, $0)) }, changed: { try folder.save($0, step: step) })
      try folder.save(
        point.with(
          target: TargetAccuracy(evaluations[step]?.targetAccuracy, samples: session.plan.testSamples.count),
          leakMass: evaluations[step]?.leakMass, trainingSeconds: seconds))
      try report(.scored(step: step))
    }
    folder.tidy(keeping: experiment.keep, of: steps)
  }

  /// - Returns: the seconds that it took now; a run that was stopped took some before.
  private func train(_ ledger: Ledger, _ report: (ExperimentSession.Event) throws -> Void) throws -> Double {
    guard try folder.divergedAt() == nil, !hasEnded else { return 0 }
    let began = Date()
    let resumes = folder.training.newestState != nil
    if !resumes { folder.training.clear() }
    for text in session.preparations(resuming: resumes) { try report(.preparing(text)) }
    do {
      _ = try session.run(
        resuming: resumes, ledger: ledger, isEnough: { planned.until?.reached($0) != nil }
      ) {
        try report(.training($0, total: session.plan.stepCount, endsEarly: planned.until != nil))
      }
    } catch let diverged as TrainingDiverged {
      try folder.noteDivergence(at: diverged.step)
    }
    return Date().timeIntervalSince(began)
  }

  private var hasEnded: Bool { folder.end(of: planned, session.plan.stepCount).map(folder.hasCheckpoint) ?? false }
}

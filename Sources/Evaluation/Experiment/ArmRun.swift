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
  func finish(_ scoring: PointScoring, report: @escaping (ExperimentSession.Event) throws -> Void) throws {
    try folder.claim()
    try train(scoring.ledger, report)
    let diverged = try folder.divergedAt()
    if let diverged { try report(.diverged(step: diverged)) }
    let evaluations = folder.evaluations()
    for step in experiment.steps(before: diverged) where try folder.point(step) == nil {
      guard folder.hasCheckpoint(step) else {
        throw InputError(
          folder.path, "has neither checkpoint-\(step) nor point-\(step).json, though its training is over",
          remedy: "remove the folder and its .json file to run the arm again")
      }
      let point = try scoring.score(
        folder.training.checkpoint(step), name: "\(planned.arm)/seed-\(planned.seed)/checkpoint-\(step)", step: step
      ) { try? report(.scoring(step: step, $0)) }
      try folder.save(
        point.with(
          target: TargetAccuracy(evaluations[step]?.targetAccuracy, samples: session.plan.testSamples.count),
          leakMass: evaluations[step]?.leakMass))
      try report(.scored(step: step))
    }
    folder.tidy(keeping: experiment.keep, of: experiment.checkpoints)
  }

  private func train(_ ledger: Ledger, _ report: (ExperimentSession.Event) throws -> Void) throws {
    guard try folder.divergedAt() == nil, !folder.hasCheckpoint(session.plan.stepCount) else { return }
    let resumes = folder.training.newestState != nil
    if !resumes { folder.clear() }
    do {
      _ = try session.run(resuming: resumes, ledger: ledger) {
        try report(.training($0, total: session.plan.stepCount))
      }
    } catch let fault as InputError {
      guard let step = Self.divergence(fault) else { throw fault }
      try folder.noteDivergence(at: step)
    }
  }

  /// The step of a trainer's refusal to go on from a loss or gradient that is not finite; nil for any other fault.
  private static func divergence(_ fault: InputError) -> Int? {
    guard fault.problem.hasPrefix("training diverged"), let field = fault.field, field.hasPrefix("step ") else {
      return nil
    }
    return Int(field.dropFirst("step ".count))
  }
}

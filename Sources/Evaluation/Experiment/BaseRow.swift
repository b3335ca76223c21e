import Checkpoints
import Foundation
import Reporting
import Scoring
import Training

/// The base model in an experiment: the control row, and the start of every arm's curve.
struct BaseRow {
  let setting: ExperimentSetting
  let scoring: CheckpointScoring
  let threads: Int

  private var folder: String { "\(setting.out)/base" }
  private var fingerprint: String { CanonicalHash.of(["base 1"] + scoring.facts) }

  /// What the base scores on an arm's own task before any training.
  private struct KeptTarget: Codable {
    let fingerprint: String
    let target: TargetAccuracy?
    let leakMass: Double?
  }

  /// Scores the base as a candidate, where the experiment asks for it and that is not done yet.
  func score(progress: @escaping (ScoringProgress) -> Void) throws {
    guard setting.experiment.scoresBase, try kept() == nil else { return }
    let point = try scoring.scoreBase(progress: progress)
    try writeJSON(KeptPoint(fingerprint: fingerprint, point: point), pointPath)
  }

  /// Evaluates the base on a run's own task, where that is not done yet.
  func evaluate(_ run: PlannedRun) throws {
    guard try target(of: run) == nil else { return }
    let found = try targetEvaluation(of: setting.base.checkpoint, by: run.recipe)
    try writeJSON(
      KeptTarget(fingerprint: run.targetFingerprint, target: found.target, leakMass: found.leakMass), targetPath(run))
  }

  /// What a whole model scores on a recipe's own task, without being trained on it.
  func targetEvaluation(
    of checkpoint: Checkpoint, by recipe: Recipe
  ) throws -> (target: TargetAccuracy?, leakMass: Double?) {
    var recipe = recipe
    // What shapes training alone is left out: it costs memory, and a soft prompt would stand before the test samples.
    (recipe.mix, recipe.preserve, recipe.promot, recipe.l2sp) = (MixSettings(), nil, nil, nil)
    (recipe.interpolate, recipe.rescale, recipe.method) = (nil, nil, .valueOnly)
    let plan = try TrainingPlan(recipe, base: checkpoint)
    let evaluation = try Trainer(
      recipe, plan: plan, checkpoint: checkpoint,
      leakPrompts: plan.leakPrompts(from: [setting.suite], base: checkpoint),
      threads: threads
    ).evaluate()
    return (TargetAccuracy(evaluation.targetAccuracy, samples: plan.testSamples.count), evaluation.leakMass)
  }

  /// The base's point, with what it scores on a run's own task as far as that is known.
  func point(_ run: PlannedRun?) throws -> ExperimentPoint {
    let point = try kept() ?? scoring.reference()
    let target = try run.flatMap(target)
    return point.with(target: target?.target, leakMass: target?.leakMass)
  }

  private var pointPath: String { "\(folder)/point-0.json" }

  private func targetPath(_ run: PlannedRun) -> String { "\(folder)/target-\(run.targetFingerprint.prefix(12)).json" }

  private func kept() throws -> ExperimentPoint? {
    guard setting.experiment.scoresBase, let kept = try readJSON(KeptPoint.self, pointPath) else { return nil }
    // Another suite's or share's base is scored again: the ledger knows most of it.
    return kept.fingerprint == fingerprint ? kept.point : nil
  }

  private func target(of run: PlannedRun) throws -> KeptTarget? {
    let kept = try readJSON(KeptTarget.self, targetPath(run))
    return kept?.fingerprint == run.targetFingerprint ? kept : nil
  }
}

import Checkpoints
import Diagnostics
import Foundation
import Ledger
import Reporting

/// One control under one seed: a model that no training made, scored as the arms are.
struct ControlRun {
  let planned: PlannedRun
  let folder: RunFolder
  let experiment: Experiment
  let scoring: CheckpointScoring
  let base: BaseRow
  let report: (ExperimentSession.Event) throws -> Void

  /// - Parameter original: of noise, the run under the same seed that it is noise of; nil of fresh draws.
  /// - Throws: `InputError` where that has no scored checkpoint.
  func finish(beside original: (run: PlannedRun, folder: RunFolder)?) throws {
    guard let original else { return try scoreFreshDraws() }
    let steps = try original.folder.scoredSteps(original.run, experiment)
    if steps.isEmpty, let diverged = try original.folder.divergedAt() {
      // There is no change to make noise of, and never will be.
      try folder.claim()
      return try folder.noteDivergence(at: diverged)
    }
    guard try !steps.isEmpty && steps.allSatisfy({ try original.folder.point($0) != nil }) else {
      throw InputError(
        experiment.file, field: "arms",
        "'\(planned.arm)' is noise of '\(original.run.arm)', which has no scored checkpoint under seed \(planned.seed)",
        remedy: "run both: --arm \(original.run.arm) --arm \(planned.arm)")
    }
    try folder.claim()
    for step in steps where try folder.point(step) == nil {
      try scoreNoise(of: try original.folder.change(step), step: step)
    }
  }

  /// Makes the model, scores it, and removes it: it is made again of a seed and some norms.
  private func scoreNoise(of change: WeightChange, step: Int) throws {
    let model = folder.training.checkpoint(step)
    folder.training.remove(step)
    try report(.preparing("noise is put on the base's weights"))
    try folder.training.make()
    try NoiseModel(base: base.setting.base.checkpoint, change: change, seed: planned.seed).write(to: model)
    let target = try base.targetEvaluation(of: try Checkpoint.open(model), by: planned.recipe)
    let point = try scoring.score(
      model, name: "\(planned.arm)/seed-\(planned.seed)/checkpoint-\(step)", step: step,
      progress: { try? report(.scoring(step: step, $0)) }, changed: { try folder.save($0, step: step) })
    try folder.save(point.with(target: target.target, leakMass: target.leakMass))
    folder.training.remove(step)
    try report(.scored(step: step))
  }

  /// Asks the base under the draw of demonstrations that the seed numbers.
  private func scoreFreshDraws() throws {
    try folder.claim()
    let point = try scoring.scoreBase(draw: Int(planned.seed)) { try? report(.scoring(step: 0, $0)) }
    try folder.training.make()
    try folder.save(point.with(target: try base.point(planned).target, leakMass: nil))
    try report(.scored(step: 0))
  }
}

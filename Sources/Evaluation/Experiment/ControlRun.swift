import Checkpoints
import Diagnostics
import Foundation
import Ledger
import Reporting

/// One control under one seed: a model that no training made, scored beside the arm that it is a control of.
struct ControlRun {
  let planned: PlannedRun
  let folder: RunFolder
  /// The arm's, under the same seed.
  let original: (run: PlannedRun, folder: RunFolder)
  let experiment: Experiment

  /// Makes the model, scores it, and removes it: it is made again of a seed and some norms.
  func finish(
    _ scoring: CheckpointScoring, _ base: BaseRow, report: @escaping (ExperimentSession.Event) throws -> Void
  ) throws {
    let steps = try original.folder.scoredSteps(original.run, experiment)
    guard try !steps.isEmpty && steps.allSatisfy({ try original.folder.point($0) != nil }) else {
      throw InputError(
        experiment.file, field: "arms",
        "'\(planned.arm)' is noise of '\(original.run.arm)', which has no scored checkpoint under seed \(planned.seed)",
        remedy: "run that arm first; one that diverged has no control")
    }
    try folder.claim()
    for step in steps where try folder.point(step) == nil {
      let model = folder.training.checkpoint(step)
      folder.training.remove(step)
      try report(.preparing("noise is put on the base's weights"))
      let change = try original.folder.change(step)
      try folder.training.make()
      try NoiseModel(base: base.setting.base.checkpoint, change: change, seed: planned.seed).write(to: model)
      let target = try base.targetEvaluation(of: try Checkpoint.open(model), by: planned.recipe)
      let point = try scoring.score(
        model, name: "\(planned.arm)/seed-\(planned.seed)/checkpoint-\(step)", step: step,
        progress: { try? report(.scoring(step: step, $0)) }, changed: { _ in })
      try folder.save(point.with(target: target.target, leakMass: target.leakMass))
      try report(.scored(step: step))
    }
    for step in steps { folder.training.remove(step) }
  }
}

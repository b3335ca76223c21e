import Foundation
import Reporting
import Scoring

/// Scores a checkpoint in every form that the experiment asks.
struct CheckpointScoring {
  let main: PointScoring
  /// In the experiment's other form; nil without one.
  let also: PointScoring?

  var setting: ExperimentSetting { main.setting }

  /// All that decides a model's scores beside the model.
  var facts: [String] { setting.facts + (also.map { $0.setting.facts.map { "also \($0)" } } ?? []) }

  /// - Parameters:
  ///   - path: the checkpoint.
  ///   - name: what the ledger calls it.
  ///   - changed: gets the change of every weight.
  /// - Returns: the point without a target accuracy.
  /// - Throws: as `PointScoring`.
  func score(
    _ path: String, name: String, step: Int, progress: @escaping (ScoringProgress) -> Void,
    changed: (WeightChange) throws -> Void
  ) throws -> ExperimentPoint {
    let base = setting.base.checkpoint
    let subject = try Subject(
      path: path, name: name, base: base, hashes: LedgerHashCache.forProcess(main.run.ledger))
    try changed(try subject.whileUnchanged { try WeightChange(from: base, to: subject) })
    return try main.score(subject, step: step, progress: progress).with(
      also: try also?.score(subject, step: step, progress: progress))
  }

  /// The base as a candidate.
  func scoreBase(progress: @escaping (ScoringProgress) -> Void) throws -> ExperimentPoint {
    try main.score(setting.base, step: 0, progress: progress).with(
      also: try also?.score(setting.base, step: 0, progress: progress))
  }

  /// The base under other demonstrations than the baselines'.
  func scoreBase(draw: Int, progress: @escaping (ScoringProgress) -> Void) throws -> ExperimentPoint {
    try main.scoreBase(draw: draw, progress: progress).with(
      also: try also?.scoreBase(draw: draw, progress: progress))
  }

  /// The base as the baselines have it: what arms are compared with, without asking anything.
  func reference() throws -> ExperimentPoint {
    try main.reference().with(also: try also?.reference())
  }
}

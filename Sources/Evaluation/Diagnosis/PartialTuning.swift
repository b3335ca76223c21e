import Checkpoints
import Reading
import Scoring

/// The models between a base and what was made of it that have a part of the fine-tuning.
///
/// All of them share the weights of the two in memory; none is written.
struct PartialTuning {
  /// How much of the fine-tuning a model has.
  enum Extent {
    case none
    case all
    case without(FineTuningPart)
    case only(FineTuningPart)
  }

  let subject: Subject
  let base: Checkpoint
  let threads: Int
  private let everything: Set<String>

  init(_ subject: Subject, base: Checkpoint, threads: Int) {
    self.subject = subject
    self.base = base
    self.threads = threads
    everything = FineTuningParts(subject).all
  }

  /// All that the models are read from.
  var files: [MappedFile] { subject.files + base.files }

  /// - Throws: `InputError` where the base's weights have other names or shapes.
  func scorer(_ extent: Extent, _ shelf: inout ModelShelf) throws -> EngineScorer {
    if let adapter = subject.adapter {
      return adapter.changesWeights
        ? try scorer(extent, of: adapter) : try scorer(extent, replacing: adapter, &shelf)
    }
    // The candidate's own model goes before another one comes.
    shelf.clear()
    func model(_ checkpoint: Checkpoint) throws -> EngineScorer {
      EngineScorer(try LoadedModel(checkpoint, threads: threads))
    }
    return switch extent {
    case .none: try model(base)
    case .all: try model(subject.checkpoint)
    case .without(let part): try model(try subject.checkpoint.restoring(part.members, from: base))
    case .only(let part): try model(try subject.checkpoint.restoring(everything.subtracting(part.members), from: base))
    }
  }

  /// An adapter that only adds: one model in memory, whose adapter is replaced. The shelf knows it by its checkpoint and puts the subject's
  /// own adapter back when it is asked again.
  private func scorer(
    _ extent: Extent, replacing adapter: Adapter, _ shelf: inout ModelShelf
  ) throws -> EngineScorer {
    let model = try shelf.model(for: subject)
    guard let isKept = isKept(extent) else { return EngineScorer(model) }
    if case .all = extent { return EngineScorer(model, adapter: 0) }
    try model.replaceAdapters([adapter.keeping(isKept)])
    return EngineScorer(model, adapter: 0)
  }

  /// An adapter that replaces weights: each of its parts makes another checkpoint.
  private func scorer(_ extent: Extent, of adapter: Adapter) throws -> EngineScorer {
    guard let isKept = isKept(extent) else { return EngineScorer(try LoadedModel(base, threads: threads)) }
    let kept = try adapter.keeping(isKept)
    return EngineScorer(try LoadedModel(kept.checkpoint, adapters: [kept], threads: threads), adapter: 0)
  }

  /// Which of an adapter's modules stay; nil of the base.
  private func isKept(_ extent: Extent) -> ((String) -> Bool)? {
    switch extent {
    case .none: nil
    case .all: { _ in true }
    case .without(let part): { !part.members.contains($0) }
    case .only(let part): { part.members.contains($0) }
    }
  }
}

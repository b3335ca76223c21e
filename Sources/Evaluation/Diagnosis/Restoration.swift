import Checkpoints
import Gating
import Reading
import Scoring
import Suites

/// Takes parts of a fine-tuning back, one at a time, and asks what comes back.
///
/// What is between base and candidate has no identity by content, so these scores are not in the ledger.
struct Restoration {
  let suite: Suite
  let tasks: Set<String>
  /// Blocks of each task: a fixed few, as every part is asked them.
  let share: Share
  /// Items that are in the fine-tuning data, by task.
  let contaminated: [String: Set<String>]
  let threads: Int
  let progress: (_ done: Int, _ total: Int) -> Void

  /// - Throws: `InputError` where the base's weights have other names or shapes.
  func profile(_ subject: Subject, base: Checkpoint, shelf: inout ModelShelf) throws -> RestorationProfile {
    let blocks = try questions()
    let requests = blocks.flatMap { $0.map(\.request) }
    let parts =
      subject.adapter.map { FineTuningPart.ofAdapter($0.paths) }
      ?? FineTuningPart.ofCheckpoint(subject.checkpoint.tensors.names)
    func exactMatch(_ scorer: EngineScorer) throws -> Double {
      let scores = try scorer.score(requests)
      var rights: [String: [Double]] = [:]
      for (observation, score) in zip(blocks.joined(), scores) {
        rights[observation.task, default: []].append(score.exactMatch == true ? 1 : 0)
      }
      let means = rights.sorted { $0.key < $1.key }.map { $0.value.reduce(0, +) / Double($0.value.count) }
      return means.isEmpty ? 0 : means.reduce(0, +) / Double(means.count)
    }

    var found: [RestorationProfile.Part] = []
    let (ofBase, ofCandidate): (Double, Double)
    if let adapter = subject.adapter, adapter.changesWeights {
      ofCandidate = try exactMatch(EngineScorer(try shelf.model(for: subject), adapter: 0))
      shelf.clear()
      ofBase = try exactMatch(EngineScorer(try LoadedModel(base, threads: threads)))
      for (index, part) in parts.enumerated() {
        progress(index, parts.count)
        let kept = try adapter.keeping { !part.contains($0) }
        let model = try LoadedModel(kept.checkpoint, adapters: [kept], threads: threads)
        found.append(.init(name: part.name, exactMatch: try exactMatch(EngineScorer(model, adapter: 0))))
      }
    } else if let adapter = subject.adapter {
      let model = try shelf.model(for: subject)
      ofBase = try exactMatch(EngineScorer(model))
      ofCandidate = try exactMatch(EngineScorer(model, adapter: 0))
      // The shelf knows the model by its checkpoint and puts the subject's own adapter back when it is asked again.
      for (index, part) in parts.enumerated() {
        progress(index, parts.count)
        try model.replaceAdapters([adapter.keeping { !part.contains($0) }])
        found.append(.init(name: part.name, exactMatch: try exactMatch(EngineScorer(model, adapter: 0))))
      }
    } else {
      ofCandidate = try exactMatch(EngineScorer(try shelf.model(for: subject)))
      shelf.clear()
      ofBase = try exactMatch(EngineScorer(try LoadedModel(base, threads: threads)))
      for (index, part) in parts.enumerated() {
        progress(index, parts.count)
        let restored = try subject.checkpoint.restoring(part, from: base)
        found.append(
          .init(name: part.name, exactMatch: try exactMatch(EngineScorer(try LoadedModel(restored, threads: threads)))))
      }
    }
    progress(parts.count, parts.count)
    try (subject.files + base.files).demandUnchanged()
    return RestorationProfile(base: ofBase, candidate: ofCandidate, items: requests.count, parts: found)
  }

  /// The gold answers at the controls' k, block by block.
  private func questions() throws -> [[Observation]] {
    let shots = Dictionary(suite.tasks.map { ($0.name, $0.controlShots) }) { first, _ in first }
    return try suite.requestBlocks(share: share).filter { tasks.contains($0.task) }.map { block in
      block.observations.filter {
        $0.role == .gold && $0.k == shots[block.task] ?? nil && contaminated[$0.task]?.contains($0.item) != true
      }
    }
  }
}

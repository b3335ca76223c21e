import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Reading
import Scoring

/// A model that is asked: a checkpoint, or an adapter on one, with its identity by content.
package struct Subject: AskedModel {
  /// The path as it was given.
  package let path: String
  /// What reports call it.
  package let name: String
  /// What is loaded: the base with what its adapter replaces.
  package let checkpoint: Checkpoint
  package let adapter: Adapter?
  package let identity: ModelIdentity

  /// Opens what is at a path: a whole checkpoint, or an adapter on `base`.
  ///
  /// - Throws: `InputError` for anything damaged, unsupported, or an adapter without a base or for another one.
  package init(
    path: String, name: String? = nil, base: @autoclosure () throws -> Checkpoint, hashes: any FileHashCache
  ) throws {
    self.path = path
    self.name = name ?? Self.shortName(path)
    if try CheckpointKind.of(path) == .adapter {
      let opened = try Adapter.open(path, on: base())
      checkpoint = opened.checkpoint
      adapter = opened
    } else {
      checkpoint = try Checkpoint.open(path)
      adapter = nil
    }
    identity = try ModelIdentity.of(checkpoint, adapter: adapter, hashes: hashes)
    try demandUnchanged()
  }

  /// Refuses files that were written to since they were opened: their scores would stand under another model's hash.
  package func demandUnchanged() throws { try files.demandUnchanged() }

  /// All that it is read from while it is in use.
  package var files: [MappedFile] { checkpoint.files + adapters.map(\.weightFile) }

  /// Refuses a base that is not the baseline's model, or the same one stored otherwise.
  func demandModel(of baseline: Baseline) throws {
    let model = baseline.run.model
    guard identity.weights != model.weights, stored.storage == model.storage else { return }
    throw NotGateable(
      "\(path) is another model (\(identity.weights.prefix(12))) than the baseline's, \(model.name) "
        + "(\(model.weights.prefix(12))); give --base the baseline's model, or save a baseline of this one")
  }

  package var id: String { identity.id }

  package var server: ServerDescription? { nil }

  package var kernel: String? { nil }

  package func whileUnchanged<Value>(_ body: () throws -> Value) throws -> Value { try files.whileUnchanged(body) }

  package func ready(threads: Int) throws -> any ReadyModel { ready(in: try load(threads: threads)) }

  /// The same in a model that has its adapter alone.
  package func ready(in model: LoadedModel) -> EngineModel { EngineModel(model, adapter: adapterIndex) }

  /// The model in memory, its adapter on it.
  package func load(threads: Int) throws -> LoadedModel {
    try files.whileUnchanged { try LoadedModel(checkpoint, adapters: adapters, threads: threads) }
  }

  package var notes: [String] { checkpoint.noteLines + (adapter?.noteLines ?? []) }

  /// The checkpoint as its files have it: an adapter's base.
  var stored: Checkpoint { adapter?.base ?? checkpoint }

  /// What is loaded beside the checkpoint.
  package var adapters: [Adapter] { adapter.map { [$0] } ?? [] }

  /// Scores the subject in a model that has its adapter alone.
  package func scorer(in model: LoadedModel) -> EngineScorer {
    EngineScorer(model, adapter: adapterIndex)
  }

  /// The index of its adapter among `adapters`; nil for a whole checkpoint.
  var adapterIndex: Int? { adapter == nil ? nil : 0 }

  /// The ledger's record of it.
  package var record: ModelRecord {
    ModelRecord(
      id: identity.id, name: name, path: path, weights: identity.weights, tokenizer: identity.tokenizer,
      configuration: identity.configuration, adapter: identity.adapter, format: checkpoint.format.rawValue,
      storage: stored.storage)
  }

  package var description: ModelDescription {
    ModelDescription(
      name: name, weights: identity.weights, adapter: identity.adapter, tokenizer: identity.tokenizer,
      configuration: identity.configuration, storage: stored.storage)
  }

  /// The last part of a path, with its parent's name where that alone would say nothing ("checkpoint-100").
  package static func shortName(_ path: String) -> String {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    if let name = HubCache.name(ofSnapshot: url.path) { return name }
    let whole = url.pathExtension == "gguf" ? url.deletingPathExtension().lastPathComponent : url.lastPathComponent
    let last = GGUFPartName(url.lastPathComponent)?.stem ?? whole
    return last.hasPrefix("checkpoint-") ? "\(url.deletingLastPathComponent().lastPathComponent)/\(last)" : last
  }
}

extension Checkpoint {
  /// What most of the weights' bytes are stored in, such as `q4_1`; of a quantised folder, of those that are quantised, such as `nf4`: of a
  /// small model the embedding, which is not, may have more.
  package var storage: String {
    var bytes: [String: Int] = [:]
    let all = tensors.names.compactMap { tensors.tensor($0) }
    let packed = all.filter { $0.type == nil }
    for tensor in packed.isEmpty ? all : packed { bytes[tensor.storage, default: 0] += tensor.byteCount }
    return bytes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "empty"
  }
}

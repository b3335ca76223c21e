import Checkpoints
import Evaluation
import Foundation
import Testing
import Transformer

/// Writes a model whose every weight is a base's, times a number that varies about 1 from weight to weight.
func writeTuned(from base: Checkpoint, to path: String, noise: Float) throws {
  var tensors: [(name: String, shape: [Int], buffer: FloatBuffer)] = []
  for name in base.tensors.names {
    guard let tensor = base.tensors.tensor(name) else { continue }
    let buffer = FloatBuffer(tensor.count)
    for (index, value) in tensor.decodeAll().enumerated() {
      buffer.pointer[index] = value * (1 + noise * Float(index * 7919 % 201 - 100) / 100)
    }
    tensors.append((name, tensor.shape, buffer))
  }
  let writer = try ModelWriter(configuration: base.configuration, tokenizer: base.tokenizer, type: .f32)
  try withExtendedLifetime(tensors) {
    try writer.write(tensors.map { ($0.name, $0.shape, UnsafePointer($0.buffer.pointer)) }, to: path)
  }
}

/// Writes a share of a fine-tuning into a new folder below another.
func write(_ way: any WeakenedCandidate, _ share: GridShare, below folder: URL) throws -> String {
  let path = folder.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
  try way.write(share, into: path)
  return path.path
}

/// A weight's values.
func values(_ checkpoint: Checkpoint, _ name: String) throws -> [Float] {
  try #require(checkpoint.tensors.tensor(name)).decodeAll()
}

/// Behind six tokens.
func logits(_ checkpoint: Checkpoint, _ adapter: Adapter? = nil) throws -> [Float] {
  var wave = Wave()
  wave.tokens = [1, 17, 5, 99, 42, 7]
  wave.positions = wave.tokens.indices.map { Int32($0) }
  wave.segments = [Wave.Segment(firstRow: 0, count: 6, startPosition: 0, parent: nil)]
  wave.scored = [Wave.ScoredRow(row: 5, targets: [0])]
  wave.adapterRanges = [Wave.AdapterRange(rows: 0..<6, adapter: adapter == nil ? nil : 0)]
  let decoder = try Decoder(checkpoint, adapters: adapter.map { [$0] } ?? [], threads: 1)
  return try decoder.logits(wave)[0]
}

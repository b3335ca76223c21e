import Checkpoints
import Foundation

/// A checkpoint's weights as fp32 in memory, for as long as this lives.
final class HeldWeights {
  private(set) var weights: [ModelWriter.Weight] = []

  init(_ checkpoint: Checkpoint) {
    for name in checkpoint.tensors.names {
      guard let tensor = checkpoint.tensors.tensor(name) else { continue }
      add(name, tensor.shape, tensor.decodeAll())
    }
  }

  func add(_ name: String, _ shape: [Int], _ values: [Float]) {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: values.count)
    memory.initialize(from: values, count: values.count)
    weights.append((name, shape, UnsafePointer(memory)))
  }

  deinit { for weight in weights { weight.values.deallocate() } }
}

extension Checkpoint {
  /// Writes this checkpoint's weights to a folder as `configuration` describes them, its own where there is none.
  func write(
    to folder: String, as type: ElementType = .f32, configuration: ModelConfiguration? = nil,
    maxShardBytes: Int = 5 << 30
  ) throws {
    let held = HeldWeights(self)
    let writer = try ModelWriter(
      configuration: configuration ?? self.configuration, tokenizer: tokenizer, type: type,
      maxShardBytes: maxShardBytes)
    try withExtendedLifetime(held) { try writer.write(held.weights, to: folder) }
  }
}

extension TemporaryFolder {
  /// A path inside that nothing is at.
  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }

  func names(_ name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
  }
}

import Checkpoints
import Foundation
import Testing
import Transformer

/// PyTorch's training of a tiny llama: Scripts/goldens/training.py made it, Tests/Goldens/training/README.md says what is in it.
struct TrainingGolden {
  struct Tensor: Decodable {
    let name: String
    let shape: [Int]
    let offset: Int
  }

  struct Optimiser: Decodable {
    let beta1: Double
    let beta2: Double
    let epsilon: Double
    let lr: Double
    let weight_decay: Double
    let max_norm: Double?
  }

  struct File: Decodable {
    let values: String
    let loss: Double
    let gradients: [Tensor]
    let gradient_norm: Double
    let optimiser: Optimiser?
    let losses: [Double]?
    let gradient_norms: [Double]?
    let weights: [Tensor]?
  }

  private struct Batch: Decodable {
    struct Sample: Decodable {
      let ids: [Int32]
      let mask: [Int]
    }
    let samples: [Sample]
  }

  static let folder = LogitsGolden.folder.appendingPathComponent("training")

  let file: File
  private let values: [Float]

  init(_ name: String, in folder: URL = Self.folder) throws {
    file = try JSONDecoder().decode(
      File.self, from: Data(contentsOf: folder.appendingPathComponent("\(name).json")))
    values = try Self.numbers(file.values, in: folder)
  }

  /// A file of little-endian fp32.
  static func numbers(_ name: String, in folder: URL = Self.folder) throws -> [Float] {
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    return data.withUnsafeBytes { bytes in
      (0..<data.count / 4).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
      }
    }
  }

  /// Takes the golden's ten AdamW steps, and holds each loss and gradient norm to it; nothing where it has none.
  ///
  /// - Parameters: the relative differences that are allowed.
  func descend(
    _ decoder: TrainableDecoder, _ batch: TrainingBatch, loss lossTolerance: Double, norm normTolerance: Double
  ) {
    guard let settings = file.optimiser, let losses = file.losses, let norms = file.gradient_norms else { return }
    decoder.parameters.clearGradients()
    let optimiser = AdamW(
      decoder.parameters,
      settings: AdamW.Settings(
        beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon, weightDecay: settings.weight_decay,
        maxGradientNorm: settings.max_norm), threads: 2)
    for step in 0..<10 {
      let loss = decoder.loss(batch)
      #expect(
        abs(loss - losses[step]) <= lossTolerance * losses[step], "loss at step \(step): \(loss), \(losses[step])")
      let norm = optimiser.update(learningRate: settings.lr)
      #expect(
        abs(norm - norms[step]) <= normTolerance * norms[step],
        "gradient norm at step \(step): \(norm), \(norms[step])")
    }
  }

  func values(of tensor: Tensor) -> [Float] {
    Array(values[tensor.offset..<tensor.offset + tensor.shape.reduce(1, *)])
  }

  static func batch(in folder: URL = Self.folder) throws -> TrainingBatch {
    let file = try JSONDecoder().decode(Batch.self, from: Data(contentsOf: folder.appendingPathComponent("batch.json")))
    var batch = TrainingBatch()
    for sample in file.samples { batch.add(sample.ids, scored: sample.mask.indices.filter { sample.mask[$0] == 1 }) }
    return batch
  }

  /// llama-tied with the adapter "plain" in the place of a fresh one.
  static func lowRankDecoder(dropout: Double = 0, threads: Int = 2) throws -> TrainableDecoder {
    let checkpoint = try tiny("llama-tied")
    let adapter = try Adapter.open(LogitsGolden.folder.appendingPathComponent("adapters/plain").path, on: checkpoint)
    let decoder = try TrainableDecoder(
      checkpoint, isTrained: { _ in false }, lowRank: LowRankSettings(rank: 4, alpha: 8, dropout: dropout),
      threads: threads)
    for module in adapter.modules {
      for (part, tensor) in [("A", module.a), ("B", module.b)] {
        let value = try #require(decoder.parameters.value(lowRankName(module.path, part)))
        for (index, element) in tensor.decodeAll().enumerated() { value[index] = element }
      }
    }
    return decoder
  }
}

import Checkpoints
import Diagnostics
import Foundation
import Suites

/// A base with noise on every weight that a tuning changed, as large as that change: tells where a tuning went from how far it went.
///
/// Of each weight, ‖noise‖ = ‖W - W₀‖ (Frobenius), its direction drawn evenly: normally distributed numbers, scaled.
struct NoiseModel {
  let base: Checkpoint
  let change: WeightChange
  let seed: UInt64

  /// Writes it as a folder of fp32 weights.
  ///
  /// - Throws: `InputError` where the folder has something in it or cannot be written.
  func write(to folder: String) throws {
    let writer = try ModelWriter(configuration: base.configuration, tokenizer: base.tokenizer, type: .f32)
    let weights = MergedWeights(base, adapter: nil)
    let norms = Dictionary(change.parts.map { ($0.name, $0.norm) }) { first, _ in first }
    let streamed = weights.places.enumerated().map { index, place in
      StreamedWeight(name: place.name, shape: place.shape) {
        try Interruption.check()
        let values = try weights.values(of: place.name)
        // A stream of its own each weight: one that did not change takes nothing from the others'.
        return noisy(values, norm: norms[place.name] ?? 0, stream: UInt64(index))
      }
    }
    try StagedFolder.write(to: folder) { folder in
      try Interruption.watching { try base.files.whileUnchanged { try writer.writeFiles(streamed, into: folder) } }
    }
  }

  private func noisy(_ values: [Float], norm: Double, stream: UInt64) -> [Float] {
    guard norm > 0 else { return values }
    var random = NormalGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ (stream + 1) << 32)
    let noise = values.map { _ in random.next() }
    let factor = norm / noise.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return zip(values, noise).map { Float(Double($0) + factor * $1) }
  }
}

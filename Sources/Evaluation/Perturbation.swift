import Checkpoints
import Diagnostics
import Foundation
import Suites
import Transformer

/// A candidate with a known harm: low-rank noise on every attention matrix, as a PEFT adapter.
///
/// For each of q, k, v and o, or what they are fused to, in every layer, ΔW = B A with A [rank, in] and B [out, rank] drawn from a normal distribution by a seeded
/// generator and scaled so that ‖ΔW‖ = scale · ‖W‖ (Frobenius norms).
package struct Perturbation {
  /// The size of the noise relative to the weights it is added to.
  package let scale: Double
  package let seed: UInt64
  static let rank = 8

  package init(scale: Double, seed: UInt64) {
    self.scale = scale
    self.seed = seed
  }

  /// Writes the adapter into a folder that does not exist yet, or an empty one.
  ///
  /// - Throws: `InputError` for a scale that is not a number of 0 or more, or a folder that has something in it.
  package func write(for checkpoint: Checkpoint, name: String, to folder: String) throws {
    guard scale.isFinite, scale >= 0 else {
      throw InputError("--scale", "\(scale) is not a size", remedy: "give a number of 0 or more, such as 0.1")
    }
    let spec = checkpoint.configuration.decoder
    let attention: Set<Projection> = [.query, .key, .value, .attentionOutput]
    let modules = spec.names.modules.filter { !attention.isDisjoint(with: $0.projections) }
    try StagedFolder.requireUnused(folder)
    var random = NormalGenerator(seed: seed)
    var tensors: [(name: String, shape: [Int], values: [Float])] = []
    for layer in 0..<spec.layerCount {
      for module in modules {
        let path = spec.names.path(module.path, layer: layer)
        let weight = "\(path).weight"
        guard let tensor = checkpoint.tensors.tensor(weight) else {
          throw InputError(
            checkpoint.path, field: weight, "the tensor is missing", remedy: "the checkpoint is incomplete")
        }
        let (a, b) = noise(for: tensor, &random)
        guard b.allSatisfy(\.isFinite) else {
          throw InputError("--scale", "\(scale) is too large for the noise to be finite", remedy: "give a smaller one")
        }
        tensors.append((lowRankName(path, "A"), [Self.rank, tensor.columns], a))
        tensors.append((lowRankName(path, "B"), [tensor.rows, Self.rank], b))
      }
    }
    let writer = AdapterWriter(
      base: checkpoint.configuration,
      rank: Self.rank, alpha: Double(Self.rank), dropout: 0, usesRankStabilisedScale: false,
      modules: modules.map(\.path), baseName: name)
    try writer.write(tensors, to: folder)
  }

  private func noise(for tensor: Tensor, _ random: inout NormalGenerator) -> (a: [Float], b: [Float]) {
    let a = (0..<Self.rank * tensor.columns).map { _ in random.next() }
    let b = (0..<tensor.rows * Self.rank).map { _ in random.next() }
    let weightNorm = tensor.decodeAll().reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    let factor = scale * weightNorm / Self.productNorm(a, b, tensor.rows, tensor.columns)
    return (a.map { Float($0) }, b.map { Float($0 * factor) })
  }

  /// ‖B A‖ from the two small Gram matrices: ‖B A‖² = trace(BᵀB · A Aᵀ).
  private static func productNorm(_ a: [Double], _ b: [Double], _ rows: Int, _ columns: Int) -> Double {
    var sum = 0.0
    for i in 0..<rank {
      for j in 0..<rank {
        var gramA = 0.0
        for column in 0..<columns { gramA += a[i * columns + column] * a[j * columns + column] }
        var gramB = 0.0
        for row in 0..<rows { gramB += b[row * rank + i] * b[row * rank + j] }
        sum += gramA * gramB
      }
    }
    return sum.squareRoot()
  }
}

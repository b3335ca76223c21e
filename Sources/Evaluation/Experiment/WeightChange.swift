import Checkpoints
import Foundation
import Reporting

/// How far a tuned model's weights went from its base's, weight by weight: Frobenius norms.
struct WeightChange: Sendable, Equatable, Codable {
  struct Part: Sendable, Equatable, Codable {
    /// The weight's name.
    let name: String
    /// ‖W - W₀‖
    let norm: Double
    /// ‖W₀‖
    let base: Double
  }

  /// In the order of the layers; weights that are as they were are there with 0.
  let parts: [Part]

  /// Of an adapter, its addition merged in counts.
  ///
  /// - Throws: `InputError` where a weight is missing in one of them, or merged values are not finite.
  init(from base: Checkpoint, to tuned: Subject) throws {
    let (before, after) = (
      MergedWeights(base, adapter: nil), MergedWeights(tuned.checkpoint, adapter: tuned.adapter)
    )
    parts = try before.places.map { place in
      let (from, to) = (try before.values(of: place.name), try after.values(of: place.name))
      var (change, whole) = (0.0, 0.0)
      for index in 0..<min(from.count, to.count) {
        let (start, end) = (Double(from[index]), Double(to[index]))
        change += (end - start) * (end - start)
        whole += start * start
      }
      return Part(name: place.name, norm: change.squareRoot(), base: whole.squareRoot())
    }
  }

  /// Of each group of modules over all layers, as a model is taken apart too: squares add up.
  ///
  /// - Parameter spec: of the model whose weights they are.
  func byModule(_ spec: DecoderSpec) -> [ModuleChange] {
    FineTuningParts(parts.map(\.name), spec).groups.map { group in
      // In the order of the layers, whatever that of the set is: the same bits every time.
      let own = parts.filter { group.members.contains($0.name) }
      func norm(_ figure: (Part) -> Double) -> Double {
        own.reduce(0) { $0 + figure($1) * figure($1) }.squareRoot()
      }
      return ModuleChange(module: group.name, norm: norm(\.norm), base: norm(\.base))
    }
  }
}

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

  /// Of each kind of module, over all layers: squares add up.
  var byModule: [ModuleChange] {
    var order: [String] = []
    var sums: [String: (change: Double, base: Double)] = [:]
    for part in parts {
      let kind = Self.kind(of: part.name)
      if sums[kind] == nil { order.append(kind) }
      sums[kind, default: (0, 0)].change += part.norm * part.norm
      sums[kind, default: (0, 0)].base += part.base * part.base
    }
    return order.compactMap { kind in
      sums[kind].map { ModuleChange(module: kind, norm: $0.change.squareRoot(), base: $0.base.squareRoot()) }
    }
  }

  /// "model.layers.3.self_attn.q_proj.weight" is of kind q_proj; a bias is of its own.
  private static func kind(of name: String) -> String {
    let path = name.hasSuffix(".weight") ? name.dropLast(".weight".count) : name[...]
    let parts = path.split(separator: ".")
    return path.hasSuffix(".bias") ? parts.suffix(2).joined(separator: ".") : parts.last.map(String.init) ?? name
  }
}

import CKernels
import Foundation

/// A next-token distribution by its likeliest tokens and the sum of all others.
package struct KeptDistribution: Sendable, Equatable {
  /// Token ids, the likeliest first, the lowest id first among equals.
  package let tokens: [Int32]
  /// Theirs.
  package let probabilities: [Float]
  /// Of all other tokens together.
  package let rest: Double
}

/// KL(p₀ ‖ p) where of p₀ only a `KeptDistribution` is known: all other tokens count as one. Never above the divergence over the whole
/// vocabulary, and 0 with a zero gradient where the two models are equal.
struct KeptDivergence {
  let head: LogitsHead
  let team: ThreadTeam

  private static let chunkRows = 64
  /// A remainder below this is rounding: its logarithm would say nothing.
  private static let leastRest = 1e-7

  /// - Parameters:
  ///   - x: [count, hidden], the normed rows of the model that is trained.
  ///   - base: one distribution a row.
  ///   - weights: what each row's divergence is multiplied by.
  ///   - dx: [count, hidden], added to; nil where only the value is wanted.
  /// - Returns: Σ weight · KL, in nats.
  func forwardBackward(
    _ x: UnsafePointer<Float>, base: [KeptDistribution], weights: [Float], dx: UnsafeMutablePointer<Float>?
  ) -> Double {
    let logits = FloatBuffer(min(Self.chunkRows, weights.count) * head.outputs)
    var values = [Double](repeating: 0, count: weights.count)
    for begin in stride(from: 0, to: weights.count, by: Self.chunkRows) {
      let count = min(Self.chunkRows, weights.count - begin)
      let chunk = x + begin * head.inputs
      head.forward(chunk, rows: count, y: logits.pointer, team)
      let capped = dx == nil ? nil : head.copy(logits.pointer, rows: count)
      values.withUnsafeMutableBufferPointer { values in
        let to = values.baseAddress!
        team.run(count) { row, _ in
          to[begin + row] = Self.row(
            logits.pointer + row * head.outputs, head.outputs, base[begin + row], weights[begin + row])
        }
      }
      if let dx {
        head.backward(
          chunk, dy: logits.pointer, capped: capped, rows: count, dx: dx + begin * head.inputs, team)
      }
    }
    return zip(values, weights).reduce(0) { $0 + $1.0 * Double($1.1) }
  }

  /// One row's divergence; its logits become weight · (p - q), q being p₀ at the kept tokens and p₀'s remainder, spread as p spreads its
  /// own, elsewhere.
  private static func row(
    _ logits: UnsafeMutablePointer<Float>, _ count: Int, _ base: KeptDistribution, _ weight: Float
  ) -> Double {
    hf_softmax_row(logits, 0, count, count, 1, 0, nil)
    var divergence = 0.0
    var sum = 0.0
    for (token, probability) in zip(base.tokens, base.probabilities) {
      let own = Double(logits[Int(token)])
      sum += own
      // An underflown probability stands for the smallest normal one: the value stays finite, the gradient is right anyway.
      divergence += Double(probability) * (logarithm(Double(probability)) - logarithm(own))
    }
    let rest = max(1 - sum, 0)
    let keepsRest = base.rest > leastRest && rest > leastRest
    if base.rest > leastRest { divergence += base.rest * (logarithm(base.rest) - logarithm(rest)) }
    let own = base.tokens.map { logits[Int($0)] }
    // At the other tokens: p - p₀(rest) · p / p(rest).
    let factor = weight * Float(1 - (keepsRest ? base.rest / rest : 0))
    for index in 0..<count { logits[index] *= factor }
    for (index, token) in base.tokens.enumerated() {
      logits[Int(token)] = weight * (own[index] - base.probabilities[index])
    }
    return divergence
  }

  /// The distributions of some rows.
  func distributions(_ x: UnsafePointer<Float>, rows: Int, count: Int) -> [KeptDistribution] {
    let logits = FloatBuffer(min(Self.chunkRows, rows) * head.outputs)
    var result: [KeptDistribution] = []
    for begin in stride(from: 0, to: rows, by: Self.chunkRows) {
      let chunk = min(Self.chunkRows, rows - begin)
      head.forward(x + begin * head.inputs, rows: chunk, y: logits.pointer, team)
      for row in 0..<chunk {
        let values = logits.pointer + row * head.outputs
        hf_softmax_row(values, 0, head.outputs, head.outputs, 1, 0, nil)
        result.append(Self.kept(UnsafeBufferPointer(start: values, count: head.outputs), count))
      }
    }
    return result
  }

  private static func kept(_ probabilities: UnsafeBufferPointer<Float>, _ count: Int) -> KeptDistribution {
    let order = probabilities.indices.sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }.prefix(count)
    let chosen = order.map { probabilities[$0] }
    return KeptDistribution(
      tokens: order.map(Int32.init), probabilities: chosen,
      rest: max(0, 1 - chosen.reduce(0.0) { $0 + Double($1) }))
  }

  private static func logarithm(_ probability: Double) -> Double { log(max(probability, 1e-38)) }
}

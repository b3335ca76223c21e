import Foundation

/// Draws a token from the softmax of logits, by the inverse of its distribution function.
///
/// All in Double, the weights added in the order of the ids: the same logits and the same number give the same token.
package struct TokenDraw: Sendable {
  /// Above 0.
  let temperature: Double
  let topK: Int?

  package init(temperature: Double, topK: Int? = nil) {
    self.temperature = temperature
    self.topK = topK
  }

  /// - Parameter uniform: in [0, 1).
  package func token(_ logits: UnsafeBufferPointer<Float>, uniform: Double) -> Int32 {
    let candidates = topK.flatMap { $0 < logits.count ? highest($0, logits) : nil }
    return candidates.map { draw($0, logits, uniform) } ?? draw(logits.indices, logits, uniform)
  }

  private func draw(_ ids: some Collection<Int>, _ logits: UnsafeBufferPointer<Float>, _ uniform: Double) -> Int32 {
    var highest = -Float.infinity
    for id in ids { highest = max(highest, logits[id]) }
    let maximum = Double(highest)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: ids.count) { weights in
      var total = 0.0
      for (index, id) in ids.enumerated() {
        let weight = exp((Double(logits[id]) - maximum) / temperature)
        weights.initializeElement(at: index, to: weight)
        total += weight
      }
      let target = uniform * total
      var sum = 0.0
      var last = 0
      for (index, id) in ids.enumerated() where weights[index] > 0 {
        sum += weights[index]
        last = id
        if sum > target { break }
      }
      return Int32(last)
    }
  }

  /// The ids of the `count` highest logits, the lowest ids among equals; ascending.
  private func highest(_ count: Int, _ logits: UnsafeBufferPointer<Float>) -> [Int] {
    // Highest first. Few ids ever enter: after n of them, the next does with a chance near count / n.
    var kept: [Int] = []
    kept.reserveCapacity(count)
    for id in logits.indices {
      if kept.count == count {
        if let lowest = kept.last, logits[id] <= logits[lowest] { continue }
        kept.removeLast()
      }
      var low = 0
      var high = kept.count
      while low < high {
        let middle = (low + high) / 2
        if logits[kept[middle]] >= logits[id] { low = middle + 1 } else { high = middle }
      }
      kept.insert(id, at: low)
    }
    return kept.sorted()
  }
}

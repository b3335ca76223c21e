/// Benjamini and Hochberg's step-up procedure: reject up to the largest i with p_(i) ≤ α i/K.
///
/// Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", JRSS B 57, 1995. Among the rejected the expected share
/// of true hypotheses is at most α, for independent or positively dependent tests. For lists of tasks; it never decides.
package struct BenjaminiHochberg: Sendable, Hashable {
  /// Each test's adjusted p value, in the order given: the smallest K p_(j)/j over j ≥ i, at most 1.
  package let adjusted: [Double]
  /// Whether each test is rejected.
  package let rejected: [Bool]

  /// - Parameters:
  ///   - pValues: in [0, 1].
  ///   - alpha: the false discovery rate.
  package init(pValues: [Double], alpha: Double) {
    let count = pValues.count
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = [Double](repeating: 1, count: count)
    var rejected = [Bool](repeating: false, count: count)
    var running = 1.0
    var isRejected = false
    for (rank, index) in order.enumerated().reversed() {
      let share = Double(rank + 1) / Double(count)
      running = min(running, pValues[index] / share)
      isRejected = isRejected || pValues[index] <= alpha * share
      adjusted[index] = running
      rejected[index] = isRejected
    }
    self.adjusted = adjusted
    self.rejected = rejected
  }
}

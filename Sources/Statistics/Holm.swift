/// Holm's step-down procedure over several tests: order p, reject while p_(i) ≤ α/(K-i+1).
///
/// S. Holm, "A simple sequentially rejective multiple test procedure", 1979. The family-wise error stays at most α whatever
/// the dependence among the tests.
package struct Holm: Sendable, Hashable {
  /// Each test's adjusted p value, in the order given: the running maximum of (K-i+1) p_(i), at most 1.
  package let adjusted: [Double]
  /// Whether each test is rejected.
  package let rejected: [Bool]
  /// The level at which each test's own confidence bound agrees with its rejection: α/(K-i+1) up to the first test that is
  /// not rejected, and that test's level from there on.
  package let levels: [Double]

  /// - Parameters:
  ///   - pValues: in [0, 1].
  ///   - alpha: the family-wise error.
  package init(pValues: [Double], alpha: Double) {
    let count = pValues.count
    // Ties keep their order, so that the result is a function of the input.
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = [Double](repeating: 1, count: count)
    var rejected = [Bool](repeating: false, count: count)
    var levels = [Double](repeating: alpha, count: count)
    var running = 0.0
    var stoppedAt: Double?
    for (rank, index) in order.enumerated() {
      let tests = Double(count - rank)
      running = max(running, min(1, tests * pValues[index]))
      adjusted[index] = running
      let level = stoppedAt ?? alpha / tests
      levels[index] = level
      if stoppedAt == nil, pValues[index] <= level {
        rejected[index] = true
      } else {
        stoppedAt = level
      }
    }
    self.adjusted = adjusted
    self.rejected = rejected
    self.levels = levels
  }
}

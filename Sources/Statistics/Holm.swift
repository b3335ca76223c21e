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
    self.init(pValues: pValues, alpha: alpha) { alpha / Double($0) }
  }

  /// The same for one of several looks at growing evidence.
  ///
  /// - Parameters:
  ///   - alpha: the family-wise error over all looks.
  ///   - others: tests that count among the K and are not judged at this look.
  ///   - level: the level at this look of one test that has α over so many tests; falls as they grow.
  package init(pValues: [Double], alpha: Double, others: Int = 0, level ofTests: (Int) -> Double) {
    let count = pValues.count
    // Ties keep their order, so that the result is a function of the input.
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = [Double](repeating: 1, count: count)
    var rejected = [Bool](repeating: false, count: count)
    var levels = [Double](repeating: alpha, count: count)
    var running = 0.0
    var stoppedAt: Double?
    for (rank, index) in order.enumerated() {
      let own = ofTests(count - rank + others)
      // What the step of Holm's procedure makes of p, so that it is at most α exactly where p is at most its level.
      running = max(running, own > 0 ? min(1, pValues[index] * (alpha / own)) : 1)
      adjusted[index] = running
      let level = stoppedAt ?? own
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

/// The BCa bootstrap interval of a unit's mean over blocks: shown beside the clustered t, never deciding.
///
/// B. Efron, "Better bootstrap confidence intervals", JASA 82, 1987; Efron and Tibshirani, "An introduction to the bootstrap",
/// 14.3. The limits are the resampled means' percentiles Φ(ẑ₀ + (ẑ₀ + z) / (1 - â (ẑ₀ + z))) at z = z_{α/2} and z_{1-α/2}, with
/// ẑ₀ = Φ⁻¹(the share of resampled means below the estimate, ties half) and â by the jackknife over blocks.
package struct BootstrapInterval: Sendable, Hashable {
  /// The unit's mean, by the weights of `UnitEstimate`.
  package let estimate: Double
  package let lower: Double
  package let upper: Double
  /// The standard deviation of the resampled means.
  package let standardError: Double
  /// ẑ₀.
  package let bias: Double
  /// â.
  package let acceleration: Double

  /// Draws each task's blocks again, with replacement, task by task in the order given. The same seed draws the same blocks
  /// everywhere.
  ///
  /// - Parameters:
  ///   - families: the tasks of each family.
  ///   - alpha: the two-sided error, in (0, 1).
  ///   - resamples: at least 2.
  /// - Returns: nil where there is no item, where a task has fewer than two blocks, where every block of each task has the same
  ///   mean, or where the numbers asked for make no interval.
  package init?(families: [[TaskValues]], alpha: Double = 0.05, resamples: Int = 9_999, seed: UInt64) {
    guard alpha > 0, alpha < 1, resamples > 1, let blocks = BlockResampler(families: families) else { return nil }
    let estimate = blocks.mean
    var generator = SplitMix64(seed: seed)
    let means = (0..<resamples).map { _ in blocks.resampledMean(&generator) }.sorted()
    let count = Double(resamples)
    let average = means.reduce(0, +) / count
    let spread = (means.reduce(0) { $0 + ($1 - average) * ($1 - average) } / (count - 1)).squareRoot()
    // The same blocks in another order give the same mean but for rounding: that is a tie.
    let tie = 1e-12 * max(abs(estimate), spread)
    guard spread.isFinite, spread > tie else { return nil }
    let below = means.reduce(0) { $0 + ($1 < estimate - tie ? 1 : $1 <= estimate + tie ? 0.5 : 0) } / count
    let bias = StandardNormal.quantile(below)
    let acceleration = blocks.acceleration
    func limit(_ level: Double) -> Double {
      let shifted = bias + StandardNormal.quantile(level)
      return Self.percentile(StandardNormal.cdf(bias + shifted / (1 - acceleration * shifted)), of: means)
    }
    let lower = limit(alpha / 2)
    let upper = limit(1 - alpha / 2)
    guard lower <= upper else { return nil }
    self.estimate = estimate
    self.lower = lower
    self.upper = upper
    self.standardError = spread
    self.bias = bias
    self.acceleration = acceleration
  }

  /// Between the two nearest of the sorted values, linearly; NaN where the share is.
  private static func percentile(_ share: Double, of sorted: [Double]) -> Double {
    guard share >= 0, share <= 1 else { return .nan }
    let position = share * Double(sorted.count - 1)
    let index = min(Int(position), sorted.count - 2)
    let fraction = position - Double(index)
    return sorted[index] + fraction * (sorted[index + 1] - sorted[index])
  }
}

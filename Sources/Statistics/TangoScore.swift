/// Tango's score test and interval for the difference of two paired proportions, θ = candidate - base.
///
/// T. Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design",
/// Statistics in Medicine 17, 1998. With B, C and n of `PairedCounts`, under θ₀ the share that only the base has right is
/// q̂ = (√(β² - 8nκ) - β) / 4n, where β = -B - C + (2n - B + C) θ₀ and κ = -C θ₀ (1 - θ₀), and
/// Z = (B - C - nθ₀) / √(n (2q̂ + θ₀ (1 - θ₀))). At θ₀ = 0 this is McNemar's (B - C) / √(B + C).
/// Every item counts as independent, so it is meant for blocks of one item; it never decides.
package struct TangoScore: Sendable, Hashable {
  package let counts: PairedCounts

  package init(_ counts: PairedCounts) { self.counts = counts }

  /// Z at θ₀ in [-1, 1], which falls as θ₀ rises; 0 where neither a difference nor a variance is seen, NaN outside.
  package func statistic(at difference: Double) -> Double {
    guard difference >= -1, difference <= 1 else { return .nan }
    let items = Double(counts.items)
    let won = Double(counts.onlyCandidate)
    let lost = Double(counts.onlyBase)
    let excess = won - lost - items * difference
    let beta = -won - lost + (2 * items - won + lost) * difference
    let kappa = -lost * difference * (1 - difference)
    let root = max(0, beta * beta - 8 * items * kappa).squareRoot()
    // The same root of 2nq² + βq + κ without cancellation.
    let share = beta > 0 ? -2 * kappa / (beta + root) : (root - beta) / (4 * items)
    let variance = items * (2 * share + difference * (1 - difference))
    if variance > 0 { return excess / variance.squareRoot() }
    return excess == 0 ? 0 : excess > 0 ? .infinity : -.infinity
  }

  /// P(N(0, 1) ≥ Z): small where θ is shown to be above θ₀; at θ₀ = -δ this is non-inferiority.
  package func pValueAbove(_ difference: Double) -> Double { StandardNormal.upperTail(statistic(at: difference)) }

  /// P(N(0, 1) ≤ Z): small where θ is shown to be below θ₀.
  package func pValueBelow(_ difference: Double) -> Double { StandardNormal.cdf(statistic(at: difference)) }

  /// The θ₀ that a two-sided test at level alpha does not reject.
  ///
  /// - Parameter alpha: in (0, 1); outside it the interval is all of [-1, 1].
  package func interval(alpha: Double = 0.05) -> ClosedRange<Double> {
    guard alpha > 0, alpha < 1 else { return -1...1 }
    let z = -StandardNormal.quantile(alpha / 2)
    let estimate = counts.difference
    let lower = crossing(of: z, from: -1, to: estimate)
    let upper = crossing(of: -z, from: estimate, to: 1)
    return min(lower, estimate)...max(upper, estimate)
  }

  /// Where Z, falling over the range, crosses the level, by halving the range until no number lies between.
  private func crossing(of level: Double, from start: Double, to end: Double) -> Double {
    var low = start
    var high = end
    while true {
      let middle = low + 0.5 * (high - low)
      guard middle > low, middle < high else { return level > 0 ? high : low }
      if statistic(at: middle) > level { low = middle } else { high = middle }
    }
  }
}

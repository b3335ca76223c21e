/// A share of successes, with its intervals: the accuracy of a fine-tuned model on its own target, for instance.
///
/// The trials count as independent; where they share demonstrations, `UnitEstimate` is the honest answer.
package struct Proportion: Sendable, Hashable {
  package let successes: Int
  package let trials: Int

  /// - Returns: nil without trials, or where the successes are not between 0 and the trials.
  package init?(successes: Int, trials: Int) {
    guard trials > 0, successes >= 0, successes <= trials else { return nil }
    self.successes = successes
    self.trials = trials
  }

  package var share: Double { Double(successes) / Double(trials) }

  /// The exact interval, which covers at least 1 - alpha: the p at which a tail of Bin(n, p) beyond the successes is α/2,
  /// B(α/2; k, n - k + 1) to B(1 - α/2; k + 1, n - k) in quantiles of the beta distribution.
  ///
  /// C. Clopper and E. Pearson, "The use of confidence or fiducial limits", Biometrika 26, 1934.
  ///
  /// - Parameter alpha: the two-sided error, in (0, 1); outside it the interval is all of [0, 1].
  package func clopperPearson(alpha: Double = 0.05) -> ClosedRange<Double> {
    guard alpha > 0, alpha < 1 else { return 0...1 }
    let hits = Double(successes)
    let misses = Double(trials - successes)
    let lower = successes == 0 ? 0 : BetaDistribution(a: hits, b: misses + 1).quantile(alpha / 2)
    let upper = successes == trials ? 1 : 1 - BetaDistribution(a: misses, b: hits + 1).quantile(alpha / 2)
    return lower...max(lower, upper)
  }

  /// The score interval (p̂ + z²/2n ± z √(p̂(1-p̂)/n + z²/4n²)) / (1 + z²/n), which covers 1 - alpha on average.
  ///
  /// E. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
  ///
  /// - Parameter alpha: the two-sided error, in (0, 1); outside it the interval is all of [0, 1].
  package func wilson(alpha: Double = 0.05) -> ClosedRange<Double> {
    guard alpha > 0, alpha < 1 else { return 0...1 }
    let count = Double(trials)
    let z = -StandardNormal.quantile(alpha / 2)
    let square = z * z / count
    let center = (share + square / 2) / (1 + square)
    let margin = z / (1 + square) * (share * (1 - share) / count + square / (4 * count)).squareRoot()
    // At the ends the difference is 0 or 1 but for rounding.
    let lower = successes == 0 ? 0 : max(0, center - margin)
    let upper = successes == trials ? 1 : min(1, center + margin)
    return lower...upper
  }
}

/// The binomial distribution: successes among n independent trials of probability p.
package struct BinomialDistribution: Sendable, Hashable {
  /// n, at least 0.
  package let trials: Int
  /// p, in [0, 1].
  package let probability: Double

  /// - Returns: nil where n is negative or p lies outside [0, 1].
  package init?(trials: Int, probability: Double) {
    guard trials >= 0, probability >= 0, probability <= 1 else { return nil }
    self.trials = trials
    self.probability = probability
  }

  /// P(X ≤ k) = I_{1-p}(n - k, k + 1), DLMF 8.17.5.
  package func cdf(_ k: Int) -> Double {
    if k < 0 { return 0 }
    if k >= trials { return 1 }
    return regularizedIncompleteBeta(
      1 - probability, a: Double(trials - k), b: Double(k) + 1, complement: probability)
  }

  /// P(X > k) = I_p(k + 1, n - k), exact in the far tail too.
  package func upperTail(_ k: Int) -> Double {
    if k < 0 { return 1 }
    if k >= trials { return 0 }
    return regularizedIncompleteBeta(
      probability, a: Double(k) + 1, b: Double(trials - k), complement: 1 - probability)
  }

  /// The smallest k with P(X ≤ k) ≥ share; nil outside [0, 1].
  ///
  /// A probability that misses the share by rounding counts as reaching it, so that the quantile of P(X ≤ k) is k.
  package func quantile(_ share: Double) -> Int? {
    guard share >= 0, share <= 1 else { return nil }
    let reached = share * (1 - 0x1p-46)
    var low = 0
    var high = trials
    while low < high {
      let middle = low + (high - low) / 2
      if cdf(middle) >= reached { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// How many items a one-sided test of a margin needs, before any are scored.
package enum SampleSize {
  /// n = ⌈(z_{1-α} + z_power)² σ_u² / (δ - D)²⌉ times the design effect, rounded up: what a non-inferiority test needs to PASS
  /// with this power. S. Chow, J. Shao, H. Wang, "Sample size calculations in clinical research", 2008, 3.1.
  ///
  /// - Parameters:
  ///   - variance: σ_u², of one item's paired difference; `discordanceVariance` for right and wrong answers.
  ///   - margin: δ.
  ///   - drop: D, the drop that the candidate is expected to have.
  ///   - designEffect: at least 1; `designEffect(blockSize:intraclassCorrelation:)`.
  /// - Returns: nil where no number would do, the drop being as large as the margin, or where an argument makes no sense.
  package static func items(
    variance: Double, margin: Double, drop: Double = 0, alpha: Double = 0.05, power: Double = 0.8,
    designEffect: Double = 1
  ) -> Int? {
    guard variance >= 0, drop < margin, designEffect >= 1, alpha > 0, alpha < 1, power > 0, power < 1 else {
      return nil
    }
    let z = max(0, StandardNormal.quantile(1 - alpha) + StandardNormal.quantile(power))
    let distance = margin - drop
    let independent = (z * z * variance / (distance * distance)).rounded(.up)
    return Int(exactly: max(1, (independent * designEffect).rounded(.up)))
  }

  /// σ_u² = ψ - D² of right and wrong answers: ψ the share of items on which base and candidate differ, D the drop.
  package static func discordanceVariance(discordance: Double, drop: Double = 0) -> Double {
    discordance - drop * drop
  }

  /// 1 + (m - 1) ICC: how many times more items are needed in blocks of m than one by one. L. Kish, "Survey sampling", 1965.
  ///
  /// - Parameter intraclassCorrelation: `VarianceComponents` estimates it; below 0 it counts as 0.
  package static func designEffect(blockSize: Double, intraclassCorrelation: Double) -> Double {
    1 + max(0, blockSize - 1) * max(0, intraclassCorrelation)
  }
}

/// With which probability a test of this precision finds what is there: the inverse of the two smallest figures.
extension UnitEstimate {
  /// P(PASS) at a true drop D, near enough: Φ((δ - D)/SE - t_{1-α}).
  package func passingPower(margin: Double, drop: Double = 0, alphaPass: Double) -> Double {
    power(distance: margin - drop, alpha: alphaPass)
  }

  /// P(FAIL) at a true drop D, near enough: Φ((D - δ)/SE - t_{1-α}).
  package func failingPower(margin: Double, drop: Double, alphaFail: Double) -> Double {
    power(distance: drop - margin, alpha: alphaFail)
  }

  private func power(distance: Double, alpha: Double) -> Double {
    StandardNormal.cdf(distance / standardError - StudentT(degreesOfFreedom: degreesOfFreedom).quantile(1 - alpha))
  }
}

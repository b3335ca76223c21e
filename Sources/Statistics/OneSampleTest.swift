/// One-sided t tests and bounds for the mean of a unit against 0.
extension UnitEstimate {
  var distribution: StudentT { StudentT(degreesOfFreedom: degreesOfFreedom) }

  /// The one-sided lower confidence bound of the mean at level 1 - alpha.
  package func lowerBound(alpha: Double) -> Double { mean - distribution.quantile(1 - alpha) * standardError }

  /// The one-sided upper confidence bound of the mean at level 1 - alpha.
  package func upperBound(alpha: Double) -> Double { mean + distribution.quantile(1 - alpha) * standardError }

  /// The two-sided confidence interval of the mean at level 1 - alpha.
  package func interval(alpha: Double = 0.05) -> ClosedRange<Double> {
    let margin = distribution.quantile(1 - alpha / 2) * standardError
    return (mean - margin)...(mean + margin)
  }

  /// P(T ≥ mean/SE): small where the mean is shown to be above 0, which is what PASS needs.
  package var pValueAboveZero: Double { distribution.upperTail(mean / standardError) }

  /// P(T ≤ mean/SE): small where the mean is shown to be below 0, which is what FAIL needs.
  package var pValueBelowZero: Double { distribution.cdf(mean / standardError) }
}

/// What a test of this precision could have found.
extension UnitEstimate {
  /// The smallest margin that would PASS with 80 % power where nothing dropped: (t_{1-α} + z_.8) · SE.
  package func smallestPassingMargin(alphaPass: Double) -> Double {
    (distribution.quantile(1 - alphaPass) + StandardNormal.quantile(0.8)) * standardError
  }

  /// The smallest true drop that would FAIL with 80 % power: δ + (t_{1-α} + z_.8) · SE.
  package func smallestFailingDrop(margin: Double, alphaFail: Double) -> Double {
    margin + (distribution.quantile(1 - alphaFail) + StandardNormal.quantile(0.8)) * standardError
  }
}

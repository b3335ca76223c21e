import Foundation

/// Hall's transformation of a t statistic whose values are skewed: g(T) = T + aT²/3 + a²T³/27 + a/6, with a the skewness of the
/// mean itself (third moment over SE³); g(T) is nearer to Student's t than T (P. Hall, "On the removal of skewness by
/// transformation", J. R. Statist. Soc. B 54, 1992). Monotone in T, and the identity where a is 0.
package struct SkewTransformation: Sendable, Hashable {
  package let skewness: Double

  package init(skewness: Double) { self.skewness = skewness }

  package func callAsFunction(_ statistic: Double) -> Double {
    let square = statistic * statistic
    return statistic + skewness * square / 3 + skewness * skewness * square * statistic / 27 + skewness / 6
  }

  /// The T whose transform this is: 3 (∛(1 + a (g - a/6)) - 1)/a.
  package func inverse(_ transformed: Double) -> Double {
    guard skewness != 0 else { return transformed }
    let shift = skewness * (transformed - skewness / 6)
    // Where hardly anything is skewed the root is all but 1, and its difference from 1 would be rounding.
    let root = shift > -0.5 ? expm1(log1p(shift) / 3) : cbrt(1 + shift) - 1
    return 3 * root / skewness
  }

  /// The side of 0 that a mean is to be shown on.
  enum Side {
    /// Skewness below 0 makes it harder.
    case above
    /// Skewness above 0 makes it harder.
    case below
  }

  /// How many SE from 0 the mean must be on that side: never fewer than plain t asks, and beyond that no more than Cantelli's.
  ///
  /// - Parameter quantile: t at 1 - alpha.
  func reach(_ side: Side, quantile: Double, alpha: Double) -> Double {
    let skewed =
      switch side {
      case .above: SkewTransformation(skewness: min(skewness, 0)).inverse(quantile)
      case .below: -SkewTransformation(skewness: max(skewness, 0)).inverse(-quantile)
      }
    return max(quantile, min(skewed, Cantelli.reach(alpha: alpha)))
  }
}

/// Cantelli's inequality: P(X - EX ≥ T SD) ≤ 1/(1 + T²), whatever the distribution is.
///
/// Hall's cubic is flat about T = -3/a, where it is no more than 1/|a|: at a skewness of -.6 it calls six standard errors the same as
/// three. Its cap is Cantelli's bound, as if the standard error were known. That it is estimated is what plain t and the cubic are for, and
/// what the calibration looks at.
enum Cantelli {
  static func pValue(_ statistic: Double) -> Double { statistic > 0 ? 1 / (1 + statistic * statistic) : 1 }

  static func reach(alpha: Double) -> Double { alpha > 0 && alpha < 1 ? (1 / alpha - 1).squareRoot() : .infinity }
}

/// The one-sided t tests of a verdict: those of `UnitEstimate`, and harder where the values lean to the side that makes t too sure.
///
/// Losses are rare and large beside the answers that do not change, so u leans down; its mean is then high where its error is
/// small, and plain t would PASS more than α at the margin. Values that lean up would FAIL too often. Each direction takes
/// the skewness that makes it harder and no other. Far out the cubic overtakes T (beyond |aT| = 9 or so, at few degrees of freedom); there
/// T itself is taken: a guard never makes a verdict easier to reach than plain t. Before that it is flat; nothing is asked beyond Cantelli's
/// bound (`Cantelli`).
extension UnitEstimate {
  private var downward: SkewTransformation { SkewTransformation(skewness: min(skewness, 0)) }
  private var upward: SkewTransformation { SkewTransformation(skewness: max(skewness, 0)) }

  /// P that the mean is this high where its true value is 0; small is what PASS needs.
  package var guardedPValueAboveZero: Double {
    let statistic = mean / standardError
    return min(
      distribution.upperTail(min(statistic, downward(statistic))),
      max(distribution.upperTail(statistic), Cantelli.pValue(statistic)))
  }

  /// P that the mean is this low where its true value is 0; small is what FAIL needs.
  package var guardedPValueBelowZero: Double {
    let statistic = mean / standardError
    return min(
      distribution.cdf(max(statistic, upward(statistic))),
      max(distribution.cdf(statistic), Cantelli.pValue(-statistic)))
  }

  /// Above 0 exactly where `guardedPValueAboveZero` is below alpha.
  package func guardedLowerBound(alpha: Double) -> Double {
    mean - guardedReachAbove(alpha: alpha) * standardError
  }

  /// Below 0 exactly where `guardedPValueBelowZero` is below alpha.
  package func guardedUpperBound(alpha: Double) -> Double {
    mean + guardedReachBelow(alpha: alpha) * standardError
  }

  /// How many SE the mean must be above 0 for PASS.
  private func guardedReachAbove(alpha: Double) -> Double {
    downward.reach(.above, quantile: distribution.quantile(1 - alpha), alpha: alpha)
  }

  /// How many SE the mean must be below 0 for FAIL.
  private func guardedReachBelow(alpha: Double) -> Double {
    upward.reach(.below, quantile: distribution.quantile(1 - alpha), alpha: alpha)
  }
}

/// DerSimonian and Laird's random effects over tasks: a pooled effect, how much the tasks differ, and each task's estimate
/// drawn towards the pooled one. For reports only; the verdict weighs families and tasks equally.
///
/// R. DerSimonian and N. Laird, "Meta-analysis in clinical trials", Controlled Clinical Trials 7, 1986. With w_i = 1/v_i:
/// Q = Σ w_i (y_i - ȳ_w)², τ² = max(0, (Q - (K - 1)) / (Σ w - Σ w²/Σ w)), pooled with weights 1/(v_i + τ²).
package struct RandomEffects: Sendable, Hashable {
  /// A task's estimate after shrinkage.
  package struct Shrunken: Sendable, Hashable {
    /// y_i - s_i (y_i - μ̂), with the share s_i = v_i/(v_i + τ²).
    package let mean: Double
    /// √((1 - s_i) v_i + s_i² SE(μ̂)²): the best linear unbiased predictor's, with τ² as if it were known.
    package let standardError: Double
  }

  /// μ̂.
  package let mean: Double
  /// 1/√Σ 1/(v_i + τ²).
  package let standardError: Double
  /// τ²: the variance of true effects between tasks, beyond the tasks' own errors.
  package let betweenVariance: Double
  /// Cochran's Q, a χ² of K - 1 degrees of freedom where all true effects are equal.
  package let heterogeneity: Double
  /// I² = max(0, (Q - (K - 1))/Q): the share of the spread that is not the tasks' own error.
  package let inconsistency: Double
  /// As many as there are effects, in their order.
  package let shrunken: [Shrunken]

  /// - Parameters:
  ///   - effects: y_i.
  ///   - squaredErrors: v_i, above 0: `UnitEstimate` of a task never has a smaller error than its floor.
  /// - Returns: nil where there is none, where the two differ in number, or where one cannot be weighed.
  package init?(effects: [Double], squaredErrors: [Double]) {
    guard !effects.isEmpty, effects.count == squaredErrors.count, effects.allSatisfy(\.isFinite),
      squaredErrors.allSatisfy({ $0.isFinite && $0 > 0 && (1 / $0).isFinite })
    else { return nil }
    let fixed = Self.pooled(effects, squaredErrors)
    let spread = zip(effects, squaredErrors).reduce(0) { $0 + ($1.0 - fixed.mean) * ($1.0 - fixed.mean) / $1.1 }
    let weights = squaredErrors.map { 1 / $0 }
    let total = weights.reduce(0, +)
    // Below 0 but for rounding where there is one task: no spread can be seen.
    let scale = total - weights.reduce(0) { $0 + $1 * $1 } / total
    let freedom = Double(effects.count - 1)
    let between = effects.count > 1 && scale > 0 ? max(0, (spread - freedom) / scale) : 0
    let random = Self.pooled(effects, squaredErrors.map { $0 + between })
    mean = random.mean
    standardError = random.squaredError.squareRoot()
    betweenVariance = between
    heterogeneity = spread
    inconsistency = spread > freedom ? (spread - freedom) / spread : 0
    shrunken = zip(effects, squaredErrors).map { effect, squaredError in
      let share = squaredError / (squaredError + between)
      let variance = (1 - share) * squaredError + share * share * random.squaredError
      return Shrunken(mean: effect - share * (effect - random.mean), standardError: variance.squareRoot())
    }
  }

  /// The two-sided confidence interval of the pooled effect at level 1 - alpha, by the normal distribution.
  ///
  /// - Parameter alpha: in (0, 1); outside it the interval is all numbers.
  package func interval(alpha: Double = 0.05) -> ClosedRange<Double> {
    guard alpha > 0, alpha < 1 else { return -.infinity ... .infinity }
    let margin = -StandardNormal.quantile(alpha / 2) * standardError
    return (mean - margin)...(mean + margin)
  }

  private static func pooled(_ effects: [Double], _ variances: [Double]) -> (mean: Double, squaredError: Double) {
    let total = variances.reduce(0) { $0 + 1 / $1 }
    let mean = zip(effects, variances).reduce(0) { $0 + $1.0 / $1.1 / total }
    return (mean, 1 / total)
  }
}

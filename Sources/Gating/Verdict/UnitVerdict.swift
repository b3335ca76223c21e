import Statistics

/// The word on a unit, or on the candidate.
package enum Outcome: String, Sendable, Codable, Hashable {
  /// Shown to be within the margin.
  case pass
  /// Shown to be beyond the margin.
  case fail
  /// Neither shown.
  case inconclusive
  /// It could not vote.
  case uninformative
}

/// A two-sided confidence interval.
package struct Interval: Sendable, Hashable, Codable {
  package let lower: Double
  package let upper: Double

  package init(_ range: ClosedRange<Double>) {
    lower = range.lowerBound
    upper = range.upperBound
  }
}

/// What a rule's test found in a unit; shares, not points, where the metric is one.
package struct Evidence: Sendable, Hashable, Codable {
  /// The 95 % interval of the drop b - t.
  package let dropInterval: Interval
  /// SE of the mean of u.
  package let standardError: Double
  package let degreesOfFreedom: Double
  /// The lower one-sided bound of the mean of u at α_pass: above 0 is PASS.
  package let lowerBound: Double
  /// The upper one-sided bound of the mean of u at the unit's Holm level of α_fail: below 0 is FAIL.
  package let upperBound: Double
  /// P of a mean of u this high where its true value is 0.
  package let pPass: Double
  /// P of a mean of u this low where its true value is 0.
  package let pFail: Double
  /// The same after Holm's adjustment over the gate's voting units.
  package let pFailAdjusted: Double
  /// The smallest margin that would PASS with 80 % power where nothing dropped.
  package let smallestPassingMargin: Double
  /// The smallest true drop that would FAIL with 80 % power.
  package let smallestFailingDrop: Double
  /// True where the standard error is its floor √3/n rather than what was seen; nil elsewhere.
  package let isFloored: Bool?

  enum CodingKeys: String, CodingKey {
    case dropInterval = "drop_interval"
    case standardError = "standard_error"
    case degreesOfFreedom = "degrees_of_freedom"
    case lowerBound = "lower_bound"
    case upperBound = "upper_bound"
    case pPass = "p_pass"
    case pFail = "p_fail"
    case pFailAdjusted = "p_fail_adjusted"
    case smallestPassingMargin = "smallest_passing_margin"
    case smallestFailingDrop = "smallest_failing_drop"
    case isFloored = "is_floored"
  }
}

/// What one rule says of one unit.
package struct UnitVerdict: Sendable, Hashable, Codable {
  /// The rule's key in `holdfast.yaml`; with level and unit it is unique.
  package let rule: String
  package let metric: Metric
  package let contrast: ContrastKind
  /// The k that the rule is about, ascending; nil for every k above 0.
  package let shots: [Int]?
  package let level: Level
  /// "overall", or the family's or task's name.
  package let unit: String
  package let outcome: Outcome
  /// Why it does not vote; nil where it does.
  package let reason: String?
  /// Admitted tasks.
  package let tasks: Int
  package let items: Int
  package let blocks: Int
  /// δ, ρ or γ as it was configured.
  package let limit: Double
  /// The drop that the rule tolerates here: δ, ρ (b - c) or (1-γ)(b - b⁰) with the unit's weights; nil where there is
  /// none.
  package let margin: Double?
  /// Means over the rule's k with the unit's weights, and what they say as degradation; nil without an admitted task.
  package let degradation: Degradation?
  /// nil where the error cannot be estimated.
  package let evidence: Evidence?
  /// What would settle it; only where it is INCONCLUSIVE.
  package let shortfall: Shortfall?
  /// How alike the items of a block differ between base and candidate (an intraclass correlation, at least 0); nil where it is not
  /// known. The stated error rates were simulated up to .15 or so.
  package let blockCorrelation: Double?

  /// Above this a loss sits in single blocks, and what hit no block that was drawn is not seen.
  package static let highBlockCorrelation = 0.15

  package var votes: Bool { outcome != .uninformative }

  enum CodingKeys: String, CodingKey {
    case rule, metric, contrast, level, unit, outcome, reason, tasks, items, blocks, limit, margin, degradation
    case evidence, shortfall
    case blockCorrelation = "block_correlation"
    case shots = "k"
  }
}

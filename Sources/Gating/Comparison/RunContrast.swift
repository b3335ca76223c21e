import Statistics

/// A figure over the runs of a recipe, with runs as the sampling unit: what another training seed may give, on the same questions.
package struct RunContrast: Sendable, Hashable, Codable {
  /// The mean over runs, or the difference of two recipes' means.
  package let mean: Double
  /// Its 95 % interval over runs, by t (of a difference: Welch's); nil where all runs agree.
  package let interval: Interval?

  /// - Returns: nil of fewer than two runs.
  package init?(_ runs: [Double]) { self.init(MeanOverRuns(runs)) }

  /// The first recipe's mean less the second one's.
  ///
  /// - Returns: nil where one has fewer than two runs.
  package init?(_ first: [Double], minus second: [Double]) {
    guard let first = MeanOverRuns(first), let second = MeanOverRuns(second) else { return nil }
    self.init(first - second)
  }

  private init?(_ found: MeanOverRuns?) {
    guard let found else { return nil }
    mean = found.mean
    interval = found.interval().map(Interval.init)
  }
}

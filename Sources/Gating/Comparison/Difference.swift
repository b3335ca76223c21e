import Statistics

/// The mean of a metric of two sides on the same questions, and how far apart they are.
package struct Difference: Sendable, Hashable, Codable {
  /// The reference's mean.
  package let reference: Double
  /// The other one's.
  package let other: Double
  /// Other less reference: above 0 where the other one is better.
  package let difference: Double
  /// Its 95 % interval, clustered by block, and by run where a side has several; nil where a task has fewer than two blocks.
  package let interval: Interval?
  /// Two-sided, of the same t: P of a difference this far from 0 where there is none; nil as the interval.
  package let pValue: Double?

  enum CodingKeys: String, CodingKey {
    case reference, other, difference, interval
    case pValue = "p_value"
  }

  /// With the gate's weights (`UnitEstimate`): families equally, tasks equally within a family.
  ///
  /// - Parameter families: the tasks of each family.
  /// - Returns: nil without a task.
  init?(families: [[TaskMeans]]) {
    guard let reference = unitMean(families: families.map { $0.map(\.reference) }),
      let other = unitMean(families: families.map { $0.map(\.other) })
    else { return nil }
    func means(of runs: KeyPath<TaskMeans, [Double]>) -> [Double] {
      let count = families.joined().map { $0[keyPath: runs].count }.min() ?? 0
      return (0..<count).compactMap { run in unitMean(families: families.map { $0.map { $0[keyPath: runs][run] } }) }
    }
    let estimate = UnitEstimate(families: families.map { $0.map(\.differences) })?
      .over(runs: [means(of: \.referenceRuns), means(of: \.otherRuns)])
    self.reference = reference
    self.other = other
    difference = other - reference
    interval = estimate.map { Interval($0.interval()) }
    pValue = estimate.map { min(1, 2 * min($0.pValueAboveZero, $0.pValueBelowZero)) }
  }
}

import Statistics
import Suites

/// Exact match, or the probability of the gold answer, against the number of demonstrations, over the tasks that vote: families weigh equally, tasks equally within a family.
package struct AbilityCurve: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    package let k: Int
    package let base: Double
    package let candidate: Double
    /// 95 % intervals, clustered by block; nil where there are too few blocks.
    package let baseInterval: Interval?
    package let candidateInterval: Interval?
  }

  /// Ascending by k; of the k that every voting task was asked.
  package let points: [Point]

  /// - Parameter value: of one answer, in 0...1; where one answer has none there is no curve.
  package init(_ contrasts: [ItemContrast], value: (ItemScore) -> Double? = { $0.exactMatch ? 1 : 0 }) {
    let counted = contrasts.filter(\.counts)
    guard counted.allSatisfy({ value($0.base) != nil && value($0.candidate) != nil }) else {
      points = []
      return
    }
    let tasks = Set(counted.map(\.task)).count
    points = Dictionary(grouping: counted, by: \.k).sorted { $0.key < $1.key }.compactMap { k, ofK in
      guard Set(ofK.map(\.task)).count == tasks else { return nil }
      let families = Dictionary(grouping: ofK, by: \.family).sorted { $0.key < $1.key }.map { _, ofFamily in
        Dictionary(grouping: ofFamily, by: \.task).sorted { $0.key < $1.key }.map(\.value)
      }
      func values(_ side: KeyPath<ItemContrast, ItemScore>) -> [[TaskValues]] {
        families.map { family in
          family.map { task in
            TaskValues(
              values: task.compactMap { value($0[keyPath: side]) }, blocks: task.map { $0[keyPath: side].block })
          }
        }
      }
      func mean(_ side: KeyPath<ItemContrast, ItemScore>) -> Double? {
        unitMean(families: values(side).map { $0.map { $0.values.reduce(0, +) / Double(max(1, $0.values.count)) } })
      }
      guard let base = mean(\.base), let candidate = mean(\.candidate) else { return nil }
      func interval(_ side: KeyPath<ItemContrast, ItemScore>) -> Interval? {
        UnitEstimate(families: values(side)).map { Interval($0.interval()) }
      }
      return Point(
        k: k, base: base, candidate: candidate, baseInterval: interval(\.base),
        candidateInterval: interval(\.candidate))
    }
  }
}

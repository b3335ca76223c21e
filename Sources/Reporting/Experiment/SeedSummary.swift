import Gating

/// What an arm's seeds found, to be said as their mean, its interval over seeds, and their range.
struct SeedSummary<Found> {
  let arm: String
  /// One for each seed that found it.
  let found: [Found]
  /// The arm's seeds.
  let total: Int

  /// "3 seeds", or "2 of 3 seeds" where one has not found it.
  var seeds: String { found.count == total ? "\(total) seeds" : "\(found.count) of \(total) seeds" }

  /// "91.0 (88.0 to 94.0)" in percent or points; "-" where a seed has no such figure.
  func text(_ figure: (Found) -> Double?) -> String { text(figure) { _ in nil } }

  /// "91.0 [83.5, 98.5] (88.0 to 94.0)": the brackets are its 95 % interval with seeds as the sampling unit.
  func textOverSeeds(_ figure: (Found) -> Double?) -> String {
    text(figure) { RunContrast($0)?.interval }
  }

  private func text(_ figure: (Found) -> Double?, interval: ([Double]) -> Interval?) -> String {
    let values = found.compactMap(figure)
    guard values.count == found.count, let least = values.min(), let most = values.max() else { return "-" }
    let mean = values.reduce(0, +) / Double(values.count)
    return "\(bracketed(mean, interval(values))) (\(points(least)) to \(points(most)))"
  }
}

/// "88.0 [83.0, 91.9]", in percent or points.
func bracketed(_ value: Double, _ interval: Interval?) -> String {
  points(value) + (interval.map { " [\(points($0.lower)), \(points($0.upper))]" } ?? "")
}

extension ExperimentResult {
  /// One for each arm that has found something under two seeds or more, in the arms' order.
  func seedSummaries<Found>(_ find: (ExperimentRun) -> Found?) -> [SeedSummary<Found>] {
    runs.arms.compactMap { arm in
      let ofArm = runs.filter { $0.arm == arm }
      let found = ofArm.compactMap(find)
      return found.count > 1 ? SeedSummary(arm: arm, found: found, total: ofArm.count) : nil
    }
  }
}

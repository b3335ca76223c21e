import Gating
import Reporting

extension MatchedPoint {
  /// Where a curve's target accuracy first reaches a given one.
  ///
  /// Between the checkpoint below and the one at or above it, everything is linear in the accuracy. The interval's
  /// ends are too: the error of
  /// a weighted mean is at most the weighted mean of the errors, so that it is never too narrow.
  ///
  /// - Parameter points: ascending by step, the base first; those without a target accuracy are left out.
  /// - Returns: nil where it is never reached.
  package init?(accuracy: Double, along points: [ExperimentPoint]) {
    let known = points.compactMap { point in point.target.map { (point: point, accuracy: $0.accuracy) } }
    guard let index = known.firstIndex(where: { $0.accuracy >= accuracy }) else { return nil }
    let above = known[index]
    let below = index > 0 ? known[index - 1] : above
    let share = index > 0 ? (accuracy - below.accuracy) / (above.accuracy - below.accuracy) : 1
    let (from, to) = (below.point, above.point)
    func between(_ first: Double, _ second: Double) -> Double { first + share * (second - first) }
    func between(_ first: Double?, _ second: Double?) -> Double? {
      // At a checkpoint its own figures are meant, whatever the one before it lacks.
      if share == 1 { return second }
      return first.flatMap { first in second.map { between(first, $0) } }
    }
    func between(_ first: Interval?, _ second: Interval?) -> Interval? {
      guard let lower = between(first?.lower, second?.lower), let upper = between(first?.upper, second?.upper) else {
        return nil
      }
      return Interval(lower...max(lower, upper))
    }
    self.init(
      step: between(Double(from.step), Double(to.step)), drop: between(from.ability.drop, to.ability.drop),
      dropInterval: between(from.ability.dropInterval, to.ability.dropInterval),
      kept: between(from.ability.kept, to.ability.kept),
      keptInterval: between(from.ability.keptInterval, to.ability.keptInterval),
      leakMass: between(from.leakMass, to.leakMass))
  }
}

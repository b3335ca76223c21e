/// What more evidence would settle an INCONCLUSIVE unit, if its mean stays where it is.
///
/// A mean of u above 0 by (t_{1-α_pass} + z_power) · SE would PASS with that power, and one as far below 0, with α_fail, would
/// FAIL. With G′ blocks for G, SE² and 1/degrees of freedom shrink by G/G′, skewness by √(G/G′); with more draws only the demonstrations' share of SE²
/// does (`VarianceComponents`), and never below the floor √3/n. A floored SE is taken as if it had been seen.
package struct Settlement: Sendable, Hashable {
  /// Where the mean points.
  package enum Direction: Sendable, Hashable { case pass, fail }

  /// An amount of further evidence.
  package enum Demand: Sendable, Hashable {
    /// This many more would do; 0 where the unit is settled as it is.
    case further(Int)
    /// None would, or more than could be asked for.
    case unreachable
  }

  /// Which verdict the mean points to; nil where it points to neither.
  package let direction: Direction?
  /// Further blocks over all tasks of the unit, in the proportions they have.
  package let blocks: Demand
  /// Further draws for every block; nil where the components are not known.
  package let draws: Demand?

  /// - Parameters:
  ///   - unit: of u, the contrast with its margin.
  ///   - components: of the same values.
  ///   - alphaFail: the unit's Holm level.
  ///   - power: the probability with which the added evidence is to settle it.
  ///   - blockLimit: the most blocks that could be asked for.
  ///   - drawLimit: the most draws a block that could be asked for.
  package init(
    unit: UnitEstimate, components: VarianceComponents? = nil, alphaPass: Double = 0.05, alphaFail: Double = 0.01,
    power: Double = 0.8, blockLimit: Int = 1_000_000, drawLimit: Int = 64
  ) {
    let direction: Direction? = unit.mean > 0 ? .pass : unit.mean < 0 ? .fail : nil
    let alpha = direction == .pass ? alphaPass : alphaFail
    let extra = StandardNormal.quantile(power)
    func reach(_ freedom: Double, _ skewness: Double, _ reserve: Double) -> Double {
      let quantile = StudentT(degreesOfFreedom: freedom).quantile(1 - alpha)
      // As the guarded bounds have it, in units of SE.
      return reserve
        + SkewTransformation(skewness: skewness).reach(
          direction == .pass ? .above : .below, quantile: quantile, alpha: alpha)
    }
    self.direction = direction
    guard direction != nil, abs(unit.mean) <= reach(unit.degreesOfFreedom, unit.skewness, 0) * unit.standardError else {
      let demand: Demand = direction == nil ? .unreachable : .further(0)
      blocks = demand
      draws = components.map { _ in demand }
      return
    }

    let present = unit.blocks
    blocks = Self.fewest(above: present, limit: blockLimit) { total in
      let ratio = Double(total) / Double(present)
      let critical = reach(unit.degreesOfFreedom * ratio, unit.skewness / ratio.squareRoot(), extra)
      return abs(unit.mean) >= critical * unit.standardError / ratio.squareRoot()
    }
    draws = components.map { components in
      Self.fewest(above: components.draws, limit: drawLimit) { total in
        let error = unit.standardError * components.squaredErrorRatio(draws: total).squareRoot()
        let floor = 3.0.squareRoot() / Double(unit.items)
        return abs(unit.mean) >= reach(unit.degreesOfFreedom, unit.skewness, extra) * max(error, floor)
      }
    }
  }

  /// The least total in (present, limit] that is enough, where every larger one is enough too, by halving.
  private static func fewest(above present: Int, limit: Int, _ isEnough: (Int) -> Bool) -> Demand {
    guard limit > present, isEnough(limit) else { return .unreachable }
    var low = present
    var high = limit
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if isEnough(middle) { high = middle } else { low = middle }
    }
    return .further(high - present)
  }
}

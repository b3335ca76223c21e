/// How a candidate's true loss spreads over families and tasks.
///
/// Within a family the first task loses more than the family's drop by the share `spread`, and the second as much less; every other
/// loses the family's drop, as does a task that is alone. So the family's drop is what it is said to be whether its third task, the only
/// one whose admission is open, is admitted or not.
package struct DropPattern: Sendable, Hashable {
  /// Each family's drop.
  package let families: [Double]
  /// How unequal a family's tasks are, in 0...1.
  package let spread: Double
  /// Whether the drops move on by one family from gate to gate.
  package let rotates: Bool

  package init(families: [Double], spread: Double = 0.25, rotates: Bool = false) {
    self.families = families
    self.spread = spread
    self.rotates = rotates
  }

  /// The same in every task.
  package static func uniform(_ drop: Double, families: Int = 9) -> DropPattern {
    DropPattern(families: [Double](repeating: drop, count: families), spread: 0)
  }

  /// This drop on the average, from .4 to 1.6 times as much by family, and 25 % more or less by task.
  package static func unequal(_ drop: Double) -> DropPattern {
    DropPattern(families: [0.4, 0.55, 0.7, 0.85, 1, 1.15, 1.3, 1.45, 1.6].map { $0 * drop })
  }

  /// Each family's drop in one gate.
  package func familyDrops(gate: Int) -> [Double] {
    guard rotates, !families.isEmpty else { return families }
    let shift = gate % families.count
    return Array(families[shift...] + families[..<shift])
  }

  /// Each task's drop in one gate, in the suite's order.
  package func drops(_ suite: SimulatedSuite, gate: Int) -> [Double] {
    let ofFamily = familyDrops(gate: gate)
    var seen = [Int](repeating: 0, count: ofFamily.count)
    return suite.tasks.map { task in
      let factors = [1 + spread, 1 - spread, 1]
      defer { seen[task.family] += 1 }
      let isAlone = suite.world.families[task.family].count == 1
      return ofFamily[task.family] * (isAlone ? 1 : factors[min(seen[task.family], 2)])
    }
  }
}

/// How often a candidate's answer differs from the base's at one k.
package struct FlipRates: Sendable, Hashable {
  /// P(candidate right, base wrong).
  package let gain: Double
  /// P(base right, candidate wrong).
  package let loss: Double

  /// loss - gain is the drop and loss + gain the world's discordance, as far as the drop leaves room for it; beyond, gains stay at the
  /// world's least.
  ///
  /// - Parameters:
  ///   - drop: below 0 where the candidate is better.
  ///   - share: the base's share of right answers. It cannot lose more; only tasks that are never admitted have so little.
  package init(drop: Double, share: Double, in world: World = .core) {
    gain = min(max(world.leastGain, (world.discordance - drop) / 2, -drop), 1 - share)
    loss = min(max(0, gain + drop), share)
  }
}

import Gating

/// How often some unit of a gate voted, and what it said.
package struct UnitCounts: Sendable, Hashable {
  package var votes = 0
  package var passes = 0
  package var fails = 0

  mutating func add(_ outcome: Outcome) {
    guard outcome != .uninformative else { return }
    votes += 1
    if outcome == .pass { passes += 1 }
    if outcome == .fail { fails += 1 }
  }

  static func + (first: UnitCounts, second: UnitCounts) -> UnitCounts {
    UnitCounts(
      votes: first.votes + second.votes, passes: first.passes + second.passes, fails: first.fails + second.fails)
  }
}

/// The outcomes of one cell's gates: sums, so that they do not depend on who judged which gate.
package struct Tally: Sendable, Hashable {
  /// Gates that were simulated.
  package var trials = 0
  /// The candidate's verdicts; gates without one are in `refused`.
  package var gate = UnitCounts()
  /// NOT GATEABLE.
  package var refused = 0
  /// The shares that were read, summed, of gates that read one after another.
  package var read = 0.0
  /// The drop over all admitted tasks.
  package var overall = UnitCounts()
  /// Each family, in the gates in which its true drop is its margin.
  package var familiesAtMargin: [UnitCounts]

  package init(families: Int) {
    familiesAtMargin = [UnitCounts](repeating: UnitCounts(), count: families)
  }

  /// All families at their margins together.
  package var familyAtMargin: UnitCounts { familiesAtMargin.reduce(UnitCounts(), +) }

  /// - Parameter cell: whose candidate it was.
  mutating func add(_ verdict: Verdict, of cell: CalibrationCell, gate index: Int, read share: Double = 1) {
    gate.add(verdict.outcome)
    read += share
    let drops = Set(cell.policy.rules.filter(\.isDrop).map(\.name))
    let units = verdict.units.filter { drops.contains($0.rule) }
    for unit in units where unit.level == .overall { overall.add(unit.outcome) }
    for (family, isAtMargin) in cell.familiesAtMargin(gate: index).enumerated() where isAtMargin {
      let name = SimulatedSuite.name(ofFamily: family)
      for unit in units where unit.level == .family && unit.unit == name { familiesAtMargin[family].add(unit.outcome) }
    }
  }

  /// What a promise is about.
  func counts(_ subject: CalibrationCell.Subject) -> UnitCounts {
    switch subject {
    case .gate: gate
    case .overall: overall
    case .family: familyAtMargin
    }
  }

  static func + (first: Tally, second: Tally) -> Tally {
    var sum = first
    sum.gate = first.gate + second.gate
    sum.trials += second.trials
    sum.refused += second.refused
    sum.read += second.read
    sum.overall = first.overall + second.overall
    sum.familiesAtMargin = zip(first.familiesAtMargin, second.familiesAtMargin).map(+)
    return sum
  }
}

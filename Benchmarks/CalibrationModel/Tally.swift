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

/// Gates that failed before they were read to the end.
package struct EarlyCounts: Sendable, Hashable {
  package var gates = 0
  /// The shares of the blocks that they had read, summed.
  package var shareRead = 0.0

  package var meanShareRead: Double? { gates == 0 ? nil : shareRead / Double(gates) }
}

/// The outcomes of one cell's gates: sums, so that they do not depend on who judged which gate.
package struct Tally: Sendable, Hashable {
  /// The candidate's verdicts; gates without one are in `refused`.
  package var gate = UnitCounts()
  /// NOT GATEABLE.
  package var refused = 0
  /// Gates that a sequential test ended.
  package var early = EarlyCounts()
  /// Looks that adaptive gates took, by their number.
  package var looks = [0, 0, 0]
  /// The drop over all admitted tasks.
  package var overall = UnitCounts()
  /// Each family, in the gates in which its true drop is its margin.
  package var familiesAtMargin: [UnitCounts]
  /// The drop in families as one rule: PASS where every voting family passes, FAIL where any fails.
  package var familyRule = UnitCounts()

  package init(families: Int) {
    familiesAtMargin = [UnitCounts](repeating: UnitCounts(), count: families)
  }

  /// All families at their margins together.
  package var familyAtMargin: UnitCounts { familiesAtMargin.reduce(UnitCounts(), +) }

  /// A gate that failed before it was read to the end: its units had no say.
  mutating func addEarlyFailure(_ failure: EarlyFailure) {
    gate.add(.fail)
    early.gates += 1
    early.shareRead += Double(failure.blocksRead) / Double(failure.blocks)
  }

  /// - Parameter cell: whose candidate it was.
  mutating func add(_ verdict: Verdict, of cell: CalibrationCell, gate index: Int) {
    gate.add(verdict.outcome)
    if let count = verdict.looks?.count, looks.indices.contains(count - 1) { looks[count - 1] += 1 }
    let drops = Set(cell.policy.rules.filter(\.isDrop).map(\.name))
    let units = verdict.units.filter { drops.contains($0.rule) }
    let families = units.filter { $0.level == .family }
    for unit in units where unit.level == .overall { overall.add(unit.outcome) }
    for (family, isAtMargin) in cell.familiesAtMargin(gate: index).enumerated() where isAtMargin {
      let name = SimulatedSuite.name(ofFamily: family)
      for unit in families where unit.unit == name { familiesAtMargin[family].add(unit.outcome) }
    }
    let voting = families.filter(\.votes)
    if voting.contains(where: { $0.outcome == .fail }) {
      familyRule.add(.fail)
    } else if !voting.isEmpty {
      familyRule.add(voting.allSatisfy { $0.outcome == .pass } ? .pass : .inconclusive)
    }
  }

  static func + (first: Tally, second: Tally) -> Tally {
    var sum = first
    sum.gate = first.gate + second.gate
    sum.refused += second.refused
    sum.early.gates += second.early.gates
    sum.early.shareRead += second.early.shareRead
    sum.looks = zip(first.looks, second.looks).map(+)
    sum.overall = first.overall + second.overall
    sum.familiesAtMargin = zip(first.familiesAtMargin, second.familiesAtMargin).map(+)
    sum.familyRule = first.familyRule + second.familyRule
    return sum
  }
}

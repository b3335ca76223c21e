import Gating
import Statistics

/// An error rate or a power that the gate is said to have, and how often the simulation saw it.
package struct Bound: Sendable, Hashable {
  package enum Limit: Sendable, Hashable {
    case atMost(Double)
    case atLeast(Double)
  }

  package let claim: String
  package let limit: Limit
  package let seen: Proportion

  /// - Returns: nil without gates.
  package init?(_ claim: String, _ limit: Limit, seen: Int, of trials: Int) {
    guard let seen = Proportion(successes: seen, trials: trials) else { return nil }
    self.claim = claim
    self.limit = limit
    self.seen = seen
  }

  /// Whether what was seen is beyond Monte Carlo error: so many, or so few, would come up with a probability below .001 if the
  /// true rate were the limit itself.
  package var isBroken: Bool {
    switch limit {
    case .atMost(let rate):
      BinomialDistribution(trials: seen.trials, probability: rate).map {
        $0.upperTail(seen.successes - 1) < Self.alarm
      } ?? true
    case .atLeast(let rate):
      BinomialDistribution(trials: seen.trials, probability: rate).map { $0.cdf(seen.successes) < Self.alarm } ?? true
    }
  }

  private static let alarm = 0.001
}

extension CalibrationRun {
  /// What is promised, each with what was seen; of the cells that the run had.
  package var bounds: [Bound] {
    var bounds: [Bound?] = []
    func gate(_ cell: CalibrationCell, _ subject: String) {
      guard let tally = tally(cell) else { return }
      bounds.append(Bound("\(subject): the gate PASSes", .atMost(0.05), seen: tally.gate.passes, of: gates))
      bounds.append(Bound("\(subject): the gate FAILs", .atMost(0.01), seen: tally.gate.fails, of: gates))
    }
    func unit(_ counts: UnitCounts, _ subject: String) {
      bounds.append(Bound("\(subject) PASSes", .atMost(0.05), seen: counts.passes, of: counts.votes))
      bounds.append(Bound("\(subject) FAILs", .atMost(0.01), seen: counts.fails, of: counts.votes))
    }
    for (cell, subject) in [
      (CalibrationCell.overallAtMargin, "overall at its margin, unequal drops"),
      (.fourFamilies, "overall and four families at their margins"),
    ] {
      if let tally = tally(cell) { unit(tally.overall, "\(subject): rule overall") }
      gate(cell, subject)
    }
    if let tally = tally(.oneFamily) { unit(tally.familyAtMargin, "one family at its margin: its unit") }
    gate(.oneFamily, "one family at its margin")
    if let tally = tally(.allFamilies) {
      unit(tally.familyAtMargin, "all families at their margins: a family's unit")
      unit(tally.familyRule, "all families at their margins: rule family")
    }
    gate(.everyUnit(), "every unit at its margin")
    for reading in [CalibrationCell.Reading.stoppingEarly, .adaptive] {
      let name = "`\(reading.rawValue)`, every unit at its margin"
      gate(.everyUnit(reading), name)
      // A gate that stops early has no units; its overall rule decides by blocks in sequence.
      if reading == .adaptive, let tally = tally(.everyUnit(reading)) {
        unit(tally.overall, "\(name): rule overall")
        unit(tally.familyAtMargin, "\(name): a family's unit")
      }
    }
    if let tally = tally(.noDrop) {
      bounds.append(Bound("no drop: the gate PASSes", .atLeast(0.90), seen: tally.gate.passes, of: gates))
    }
    if let tally = tally(.uniformFifteen) {
      bounds.append(
        Bound("a drop of .15 in every task: the gate FAILs", .atLeast(0.95), seen: tally.gate.fails, of: gates))
    }
    return bounds.compactMap { $0 }
  }
}

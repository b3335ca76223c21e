import Gating
import Suites

/// One row of the calibration: candidates of one kind, judged by one policy and read in one way.
package struct CalibrationCell: Sendable, Hashable {
  /// How the gate reads.
  package enum Reading: Sendable, Hashable {
    /// A share of every task's blocks, once.
    case once(Share)
    /// One share after the other, for as long as it is INCONCLUSIVE: what a user does who follows the advice.
    case again([Share])
    /// The same, each look judged at the whole α: what an unguarded gate would do.
    case unguarded([Share])
    case stoppingEarly
    case adaptive
    /// So many candidates of one base, of which any PASS counts: "the best that passes".
    case best(of: Int)
    /// The same, each judged at the whole α.
    case anyOf(Int)
  }

  /// What a candidate of the cell is to be counted by.
  package enum Subject: String, Sendable, Hashable {
    case gate = "the gate"
    case overall = "rule overall"
    case family = "a family at its margin"
  }

  /// A rate that the docs promise.
  package struct Promise: Sendable, Hashable {
    package let subject: Subject
    package let outcome: Outcome
    package let limit: Bound.Limit
  }

  /// The heading that it stands under.
  package let section: Section
  package let title: String
  package let world: World
  package let pattern: DropPattern
  package let loss: Loss
  /// Added to the drop at k = 1, 4 and 8.
  package let trade: [Double]
  /// The standard deviation of what is added to every drop of one candidate.
  package let runShift: Double
  package let reading: Reading
  package let policy: GatePolicy
  /// Empty where nothing is promised: the row then says what to expect.
  package let promises: [Promise]

  /// Of so many gates one is simulated: rows of ten candidates cost ten times as much, and what nothing is promised of may be rougher.
  package var stride: Int {
    switch reading {
    case .best, .anyOf: 10
    case .again, .unguarded, .stoppingEarly, .adaptive: promises.isEmpty ? 16 : 4
    case .once: promises.isEmpty ? 16 : 1
    }
  }

  package enum Section: String, Sendable, Hashable, CaseIterable {
    case power = "What becomes of a candidate, by its true drop"
    case margin = "At the margins"
    case clustered = "Losses that are tied to demonstrations"
    case again = "Looking again, and one of many"
    case design = "What is judged"
    case beyond = "What no standard error holds"
  }

  init(
    _ section: Section, _ title: String, _ world: World = .core, _ pattern: DropPattern, loss: Loss = .scattered,
    trade: [Double] = [0, 0, 0], runShift: Double = 0, reading: Reading = .once(.all),
    policy: GatePolicy = GateSettings().policy, promises: [Promise] = []
  ) {
    self.section = section
    self.title = title
    self.world = world
    self.pattern = pattern
    self.loss = loss
    self.trade = trade
    self.runShift = runShift
    self.reading = reading
    self.policy = policy
    self.promises = promises
  }

  /// Families whose drop is the family margin in one gate.
  func familiesAtMargin(gate: Int) -> [Bool] {
    pattern.familyDrops(gate: gate).map { abs($0 - GateSettings().maxDropFamily) < 1e-9 }
  }
}

extension Rule {
  /// Whether it bounds an absolute drop of exact match in the mean over k: what the cells put at its margin.
  var isDrop: Bool {
    guard metric == .exactMatch, shots == .fewShot, case .absoluteDrop = contrast else { return false }
    return true
  }
}

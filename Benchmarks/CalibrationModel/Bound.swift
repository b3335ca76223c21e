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
    zip(cells, tallies).flatMap { cell, tally in
      cell.promises.compactMap { promise in
        let counts = tally.counts(promise.subject)
        let isPass = promise.outcome == .pass
        let whose = promise.subject == .gate ? "" : "\(promise.subject.rawValue) "
        return Bound(
          "\(cell.title): \(whose)\(isPass ? "PASSes" : "FAILs")", promise.limit,
          seen: isPass ? counts.passes : counts.fails,
          of: counts.votes)
      }
    }
  }
}

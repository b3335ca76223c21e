import Gating

/// One verdict in the history of gates against a baseline: the unit overall of the rule about drops.
package struct GateHistoryPoint: Sendable, Hashable {
  let name: String
  let drop: Double
  let interval: Interval?
  let margin: Double?
  let failed: Bool

  /// As many as a plot can tell apart.
  package static let mostShown = 40

  /// Nil for a verdict without such a unit.
  package init?(_ candidate: CandidateVerdict) {
    guard let verdict = candidate.verdict, let unit = verdict.overallUnit, let loss = unit.degradation else {
      return nil
    }
    name = candidate.path.split(separator: "/").suffix(2).joined(separator: "/")
    drop = loss.drop
    interval = unit.shownInterval
    margin = unit.margin
    failed = verdict.outcome == .fail
  }
}

import Diagnostics
import Foundation
import Gating

extension GatePlan {
  /// The plan as plain text of at most 80 columns.
  ///
  /// - Parameter seconds: what a candidate is expected to take; nil where that is not known.
  package func terminalTable(seconds: Double? = nil) -> String {
    var grid = TextGrid([
      ("unit", .left), ("tasks", .right), ("blocks", .right), ("margin", .right), ("passes", .right),
      ("fails", .right), ("P(PASS)", .right),
    ])
    for unit in units {
      func amount(_ value: Double?) -> String { value.map(unit.metric.amount) ?? "-" }
      let power = unit.precision.map { String(format: "%.1f %%", $0.passingPower * 100) }
      grid.add([
        unit.name.inTable, "\(unit.tasks)", "\(unit.blocks)", amount(unit.margin),
        amount(unit.precision?.smallestPassingMargin), amount(unit.precision?.smallestFailingDrop),
        power ?? (unit.reason == nil ? "?" : "no vote"),
      ])
    }
    let silent = units.compactMap { unit in
      unit.reason.map { "\(unit.name.alone) could not vote: \($0)" }
        ?? (unit.precision == nil ? "\(unit.name.alone): nothing is assumed of \(unit.metric.name)s" : nil)
    }
    let texts =
      [explanation] + silent + notes.map { "\($0.severity.rawValue): \($0.text)" }
      + (refusal.map { ["NOT GATEABLE: \($0)"] } ?? [])
      + ["share \(share): \(answers) answers a candidate, \(time(seconds)); coverage \(coverage.text)"]
    return grid.text(width: 80) + "\n" + texts.map { wrapped($0, width: 80) + "\n" }.joined()
  }

  private func time(_ seconds: Double?) -> String {
    seconds.map { "about \(Int($0.rounded(.up))) s by the ledger's last runs of this suite" }
      ?? "in a time that is not known: the ledger has no finished run of this suite"
  }

  private var explanation: String {
    "passes: the smallest margin that would PASS with 80 % power where nothing dropped; fails: the smallest drop that "
      + "would FAIL with 80 % power, before Holm's adjustment; P(PASS): of the unit alone, where nothing dropped. Assumed: base "
      + "and candidate answer \(points(assumptions.discordance)) % of the items differently at each k, correlated "
      + "\(assumptions.correlation) between k and \(assumptions.intraclassCorrelation) within a block."
  }

  /// The plan as pretty JSON, keys sorted.
  ///
  /// - Parameter seconds: as `terminalTable` has it.
  package func json(seconds: Double? = nil) throws -> Data {
    try shownJSON(TimedPlan(plan: self, seconds: seconds), isPretty: true) + Data("\n".utf8)
  }
}

/// A plan with the time that is expected.
private struct TimedPlan: Encodable {
  let plan: GatePlan
  let seconds: Double?

  private enum CodingKeys: String, CodingKey { case seconds }

  func encode(to encoder: any Encoder) throws {
    try plan.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(seconds, forKey: .seconds)
  }
}

extension PlannedUnit {
  fileprivate var name: UnitName { UnitName(unit, level: level, metric: metric, contrast: contrast) }
}

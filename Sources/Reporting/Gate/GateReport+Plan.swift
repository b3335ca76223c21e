import Diagnostics
import Foundation
import Gating

extension GatePlan {
  /// The plan as plain text.
  ///
  /// - Parameters:
  ///   - rate: answers a second; nil where that is not known.
  ///   - others: plans of other shares, to choose among.
  package func terminalTable(
    rate: Double? = nil, others: [GatePlan] = [], width: TextWidth = .columns(80)
  ) -> String {
    var grid = TextGrid(
      [
        ("unit", .left), ("tasks", .right), ("blocks", .right), ("margin", .right), ("passes", .right),
        ("fails", .right), ("P(PASS)", .right),
      ], spare: ["tasks", "blocks", "P(PASS)"])
    for unit in units.filter({ $0.level != .task || $0.reason != nil }) {
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
      + ["share \(share): \(answers) answers a candidate, \(time(rate)); coverage \(coverage.text)"]
    let table = others.isEmpty ? "" : "\n" + Self.table(others, rate: rate, width)
    return grid.text(width: width.tables) + "\n" + texts.map { wrapped($0, width: width.sentences) + "\n" }.joined()
      + table
  }

  private func time(_ rate: Double?) -> String {
    seconds(rate).map { "about \(Int($0.rounded(.up))) s by the ledger's last runs like the baseline's" }
      ?? "in a time that is not known: the ledger has no finished run with the baseline's prompts, engine and size of model"
  }

  /// What a candidate is expected to take.
  private func seconds(_ rate: Double?) -> Double? { rate.map { Double(answers) / $0 } }

  /// One line a share: what it costs, and what it can show overall.
  private static func table(_ plans: [GatePlan], rate: Double?, _ width: TextWidth) -> String {
    var grid = TextGrid(
      [
        ("share", .left), ("blocks", .right), ("answers", .right), ("minutes", .right), ("families", .right),
        ("passes", .right), ("fails", .right),
      ], spare: ["answers", "families", "blocks"])
    for plan in plans {
      let overall = plan.units.first { $0.level == .overall && $0.metric == .exactMatch }
      func amount(_ value: Double?) -> String { plan.refusal == nil ? value.map(points) ?? "-" : "no verdict" }
      grid.add([
        plan.share, "\(plan.coverage.blocks)", "\(plan.answers)",
        plan.seconds(rate).map { String(format: "%.1f", $0 / 60) } ?? "?", "\(plan.coverage.familiesVoting)",
        amount(overall?.precision?.smallestPassingMargin), amount(overall?.precision?.smallestFailingDrop),
      ])
    }
    return grid.text(width: width.tables)
  }

  private var source: String {
    assumptions.candidates.map {
      "As the ledger's \($0) candidate\($0 == 1 ? "" : "s") of this baseline that did not fail were"
    } ?? "Assumed"
  }

  private var explanation: String {
    "passes: the smallest margin that would PASS with 80 % power where nothing dropped; fails: the smallest drop that "
      + "would FAIL with 80 % power, before Holm's adjustment; P(PASS): of the unit alone, where nothing dropped. \(source): base "
      + "and candidate answer \(points(assumptions.discordance)) % of the items differently at each k, correlated "
      + "\(assumptions.correlation) between k and \((assumptions.intraclassCorrelation * 100).rounded() / 100) within a block."
  }

  /// The plan as pretty JSON, keys sorted.
  ///
  /// - Parameters: as `terminalTable` has them.
  package func json(rate: Double? = nil, others: [GatePlan] = []) throws -> Data {
    let shares = others.map { PlannedShare($0, seconds: $0.seconds(rate)) }
    let priced = PricedPlan(plan: self, seconds: seconds(rate), shares: shares)
    return try shownJSON(priced, isPretty: true) + Data("\n".utf8)
  }
}

/// A plan with the time that is expected.
private struct PricedPlan: Encodable {
  let plan: GatePlan
  let seconds: Double?
  let shares: [PlannedShare]

  private enum CodingKeys: String, CodingKey { case seconds, shares }

  func encode(to encoder: any Encoder) throws {
    try plan.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(seconds, forKey: .seconds)
    try values.encode(shares, forKey: .shares)
  }
}

/// What another share would cost and show overall.
private struct PlannedShare: Encodable {
  let share: String
  let blocks: Int
  let answers: Int
  let familiesVoting: Int
  let seconds: Double?
  let smallestPassingMargin: Double?
  let smallestFailingDrop: Double?
  let refusal: String?

  enum CodingKeys: String, CodingKey {
    case share, blocks, answers, seconds, refusal
    case familiesVoting = "families_voting"
    case smallestPassingMargin = "smallest_passing_margin"
    case smallestFailingDrop = "smallest_failing_drop"
  }

  init(_ plan: GatePlan, seconds: Double?) {
    let overall = plan.units.first { $0.level == .overall && $0.metric == .exactMatch }?.precision
    share = plan.share
    blocks = plan.coverage.blocks
    answers = plan.answers
    familiesVoting = plan.coverage.familiesVoting
    self.seconds = seconds
    smallestPassingMargin = overall?.smallestPassingMargin
    smallestFailingDrop = overall?.smallestFailingDrop
    refusal = plan.refusal
  }
}

extension PlannedUnit {
  fileprivate var name: UnitName { UnitName(unit, level: level, metric: metric, contrast: contrast, shots: shots) }
}

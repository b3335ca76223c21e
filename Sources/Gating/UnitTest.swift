import Statistics

/// One rule on one unit, before Holm's procedure has looked at all of them.
struct UnitTest {
  let rule: Rule
  let unit: String
  let families: [[PairedTask]]
  /// Of u; nil where it cannot be estimated.
  let test: UnitEstimate?
  /// Why it does not vote; nil where it does.
  let reason: String?

  init(_ rule: Rule, unit: String, families: [[PairedTask]]) {
    let values = families.map { $0.compactMap(rule.values(of:)) }
    let blocks = families.joined().reduce(0) { $0 + $1.blocks }
    self.rule = rule
    self.unit = unit
    self.families = families
    test = UnitEstimate(families: values)
    reason =
      if families.joined().isEmpty {
        "no admitted task"
      } else if values.joined().count < families.joined().count {
        "a task has no \(rule.metric.rawValue) at the rule's shots"
      } else if blocks < GatePolicy.minimumBlocks {
        "\(blocks) blocks, \(GatePolicy.minimumBlocks) needed"
      } else if test == nil {
        "a task with one block"
      } else {
        nil
      }
  }

  /// - Parameters:
  ///   - level: the unit's Holm level of α_fail.
  ///   - adjusted: its p value after Holm's adjustment.
  ///   - rejected: whether Holm's procedure says FAIL.
  func verdict(level: Double, adjusted: Double, rejected: Bool) -> UnitVerdict {
    let drops = UnitEstimate(families: families.map { $0.compactMap { $0.drops(of: rule.metric, over: rule.shots) } })
    let evidence: Evidence? =
      if let test, let drops { measured(test, drops: drops, level: level, adjusted: adjusted) } else { nil }
    let outcome: Outcome =
      if reason != nil {
        .uninformative
      } else if rejected {
        .fail
      } else if let evidence, evidence.lowerBound > 0 {
        .pass
      } else {
        .inconclusive
      }
    let tasks = families.joined()
    return UnitVerdict(
      rule: rule.name, metric: rule.metric, level: rule.level, unit: unit, outcome: outcome, reason: reason,
      tasks: tasks.count, items: tasks.reduce(0) { $0 + $1.items.count }, blocks: tasks.reduce(0) { $0 + $1.blocks },
      margin: rule.contrast.margin,
      degradation: Degradation(families: families, metric: rule.metric, shots: rule.shots), evidence: evidence)
  }

  private func measured(_ test: UnitEstimate, drops: UnitEstimate, level: Double, adjusted: Double) -> Evidence {
    Evidence(
      dropInterval: Interval(drops.interval()), standardError: test.standardError,
      degreesOfFreedom: test.degreesOfFreedom, lowerBound: test.lowerBound(alpha: rule.alphaPass),
      upperBound: test.upperBound(alpha: level), pPass: test.pValueAboveZero, pFail: test.pValueBelowZero,
      pFailAdjusted: adjusted, smallestPassingMargin: test.smallestPassingMargin(alphaPass: rule.alphaPass),
      smallestFailingDrop: test.smallestFailingDrop(margin: rule.contrast.margin, alphaFail: rule.alphaFail))
  }
}

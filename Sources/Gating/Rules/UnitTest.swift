import Statistics
import Suites

/// One rule on one unit, before Holm's procedure has looked at all of them.
struct UnitTest {
  let rule: Rule
  let unit: String
  let families: [[PairedTask]]
  /// Of u; nil where it cannot be estimated.
  let test: UnitEstimate?
  /// The mean of u for a candidate that scores what the base does: the drop that the rule tolerates here; nil where there
  /// is none.
  let allowance: Double?
  /// Why it does not vote; nil where it does.
  let silence: Silence?

  var reason: String? { silence?.reason }

  /// Why a unit does not vote.
  enum Silence {
    /// It has too few tasks or blocks.
    case scant(String)
    /// Its tasks were not asked what the rule looks at.
    case unasked(String)
    /// The base itself has nothing there that could be lost or kept.
    case moot(String)

    var reason: String {
      switch self {
      case .scant(let reason), .unasked(let reason), .moot(let reason): reason
      }
    }

    var isMoot: Bool { if case .moot = self { true } else { false } }
    var isUnasked: Bool { if case .unasked = self { true } else { false } }
  }

  init(_ rule: Rule, unit: String, families asked: [[PairedTask]]) {
    let families = rule.metric == .labelFree ? Self.unrelated(asked, rule) : asked
    let values = families.map { $0.compactMap(rule.values(of:)) }
    let blocks =
      rule.metric == .labelFree
      ? values.joined().reduce(0) { $0 + Set($1.blocks).count } : families.joined().reduce(0) { $0 + $1.blocks }
    let thinnest = values.joined().map { Set($0.blocks).count }.min()
    let test = UnitEstimate(families: values)
    let allowance = Self.allowance(of: rule, families)
    self.rule = rule
    self.unit = unit
    self.families = families
    self.test = test
    self.allowance = allowance
    silence =
      if families.joined().isEmpty {
        .scant("no admitted task")
      } else if values.joined().count < families.joined().count {
        Self.absence(rule, families)
      } else if blocks < VotingFloor.blocks {
        .scant("\(blocks) blocks, \(VotingFloor.blocks) needed")
      } else if let thinnest, thinnest < VotingFloor.blocksPerTask {
        .scant("a task with \(thinnest) block\(thinnest == 1 ? "" : "s"), \(VotingFloor.blocksPerTask) needed")
      } else if test == nil {
        .scant("a task with one block")
      } else if let allowance {
        Self.mootness(of: rule, allowance: allowance).map { .moot($0) }
      } else {
        .moot("the base has nothing there to lose")
      }
  }

  /// Why a rule has nothing to judge where it tolerates so much of a candidate that equals the base; nil where it has.
  private static func mootness(of rule: Rule, allowance: Double) -> String? {
    if case .retention(let share) = rule.contrast {
      let gain = allowance / (1 - share)
      guard gain < Contrast.leastGain else { return nil }
      return gain > 0
        ? "the base gains \(points(gain)) points over zero-shot, too few to take a share of (\(points(Contrast.leastGain)) needed)"
        : "the base gains nothing over zero-shot"
    }
    // Else a candidate that equals the base could fail: a share of nothing is nothing.
    return allowance > 0 ? nil : "the base is not above chance"
  }

  /// Tasks that have items to which no label is the answer, in blocks enough: the others cannot say what leaks.
  private static func unrelated(_ families: [[PairedTask]], _ rule: Rule) -> [[PairedTask]] {
    families.map {
      $0.filter { task in rule.values(of: task).map { Set($0.blocks).count >= VotingFloor.blocksPerTask } ?? false
      }
    }
    .filter { !$0.isEmpty }
  }

  private static func allowance(of rule: Rule, _ families: [[PairedTask]]) -> Double? {
    if case .absoluteDrop(let margin) = rule.contrast { return margin }
    let means = families.map { $0.compactMap { rule.allowances(of: $0).flatMap { mean($0.values) } } }
    return means.joined().count == families.joined().count ? unitMean(families: means) : nil
  }

  /// What the rule looks for and a task has not.
  private static func absence(_ rule: Rule, _ families: [[PairedTask]]) -> Silence {
    let lacksZeroShot = families.joined().contains { $0.mean(\.base, rule.metric, over: [0]) == nil }
    return rule.contrast.kind == .retention && lacksZeroShot
      ? .moot("the base has no zero-shot scores of a task")
      : .unasked("a task has no \(rule.metric.rawValue) at the rule's shots")
  }

  /// - Parameters:
  ///   - alphaPass: what PASS is judged at.
  ///   - level: the unit's Holm level of α_fail.
  ///   - adjusted: its p value after Holm's adjustment.
  ///   - rejected: whether Holm's procedure says FAIL.
  func verdict(alphaPass: Double, level: Double, adjusted: Double, rejected: Bool) -> UnitVerdict {
    let drops = UnitEstimate(families: families.map { $0.compactMap { $0.drops(of: rule.metric, over: rule.shots) } })
    let evidence: Evidence? =
      if let test, let drops {
        measured(test, drops: drops, alphaPass: alphaPass, level: level, adjusted: adjusted)
      } else { nil }
    let outcome: Outcome =
      if silence != nil {
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
      rule: rule.name, metric: rule.metric, contrast: rule.contrast.kind, shots: shots, level: rule.level,
      unit: unit, outcome: outcome, reason: reason, tasks: tasks.count, items: tasks.reduce(0) { $0 + $1.items.count },
      blocks: tasks.reduce(0) { $0 + $1.blocks }, limit: rule.contrast.limit, margin: allowance,
      degradation: Degradation(families: families, metric: rule.metric, shots: rule.shots), evidence: evidence,
      shortfall: outcome == .inconclusive ? shortfall(alphaPass: alphaPass, level: level) : nil,
      blockCorrelation: test == nil
        ? nil : components.flatMap { $0.item + $0.draw > 1e-12 ? $0.intraclassCorrelation : nil })
  }

  /// The k that it averages over, where they are not every k above 0.
  var shots: [Int]? {
    guard case .largest = rule.shots else { return rule.shots.named }
    return Set(families.joined().flatMap { rule.shots.selected(from: $0.shots) }).sorted()
  }

  private func measured(
    _ test: UnitEstimate, drops: UnitEstimate, alphaPass: Double, level: Double, adjusted: Double
  ) -> Evidence {
    Evidence(
      dropInterval: Interval(drops.interval()), standardError: test.standardError,
      degreesOfFreedom: test.degreesOfFreedom, lowerBound: test.guardedLowerBound(alpha: alphaPass),
      upperBound: test.guardedUpperBound(alpha: level), pPass: test.guardedPValueAboveZero,
      pFail: test.guardedPValueBelowZero,
      pFailAdjusted: adjusted, smallestPassingMargin: test.smallestPassingMargin(alphaPass: alphaPass),
      smallestFailingDrop: test.smallestFailingDrop(margin: allowance ?? 0, alphaFail: rule.alphaFail),
      isFloored: test.isFloored ? true : nil)
  }

  /// What would settle it, as far as its suite goes.
  ///
  /// - Parameter level: the unit's Holm level of α_fail.
  private func shortfall(alphaPass: Double, level: Double) -> Shortfall? {
    guard let test else { return nil }
    let total = families.joined().reduce(0) { $0 + $1.blocksInBaseline }
    let settlement = Settlement(
      unit: test, components: components, alphaPass: alphaPass, alphaFail: level, blockLimit: total)
    return Shortfall(settlement, blocksLeft: total - test.blocks, itemShare: components?.itemShare)
  }

  private var components: VarianceComponents? {
    VarianceComponents(families.joined().compactMap(rule.drawnValues(of:)))
  }
}

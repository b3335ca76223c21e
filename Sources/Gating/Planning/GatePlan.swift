import Diagnostics
import Statistics
import Suites

/// How candidate and base are taken to differ, before anything is asked.
package struct PlanAssumptions: Sendable, Hashable, Encodable {
  /// ψ: the share of items that base and candidate answer differently at one k, as often one way as the other.
  package let discordance: Double
  /// How the differences of one item correlate between two k.
  package let correlation: Double
  /// How the differences of one block's items correlate.
  package let intraclassCorrelation: Double
  /// Candidates that discordance and block correlation are the medians of; nil where they are assumed.
  package let candidates: Int?

  /// The defaults give an item's mean difference over three k a standard deviation of .30.
  package init(
    discordance: Double = 0.15, correlation: Double = 0.4, intraclassCorrelation: Double = 0.05, candidates: Int? = nil
  ) {
    self.discordance = discordance
    self.correlation = correlation
    self.intraclassCorrelation = intraclassCorrelation
    self.candidates = candidates
  }

  /// What earlier candidates of the same baseline were like: the medians over those that did not fail, whose answers are nearest to those
  /// of one that may pass.
  ///
  /// - Returns: nil without one that says it.
  package init?(_ verdicts: [Verdict]) {
    let sound = verdicts.filter { $0.outcome != .fail }
    let found = sound.compactMap { verdict in
      verdict.discordance.map { discordance in
        (
          discordance,
          verdict.units.first { $0.level == .overall && $0.contrast == .absoluteDrop }?.blockCorrelation ?? 0
        )
      }
    }
    guard !found.isEmpty else { return nil }
    let (discordances, correlations) = (found.map(\.0).sorted(), found.map(\.1).sorted())
    // Of candidates that never differ no plan could be made.
    self.init(
      discordance: max(0.01, discordances[found.count / 2]), intraclassCorrelation: correlations[found.count / 2],
      candidates: found.count)
  }

  /// σ² of one item's difference, mean over so many k, where nothing dropped: ψ (1 + (K-1) r) / K.
  func itemVariance(shots: Int) -> Double {
    let count = Double(max(1, shots))
    return SampleSize.discordanceVariance(discordance: discordance) * (1 + (count - 1) * correlation) / count
  }

  enum CodingKeys: String, CodingKey {
    case discordance, correlation, candidates
    case intraclassCorrelation = "intraclass_correlation"
  }
}

/// What one unit could find, on paper.
package struct PlannedUnit: Sendable, Hashable, Encodable {
  package let rule: String
  package let metric: Metric
  package let contrast: ContrastKind
  /// The k that the rule is about; nil for every k above 0.
  package let shots: [Int]?
  package let level: Level
  /// "overall", or the family's or task's name.
  package let unit: String
  /// Why it could not vote; nil where it could.
  package let reason: String?
  package let tasks: Int
  package let items: Int
  package let blocks: Int
  /// δ, ρ or γ as it was configured.
  package let limit: Double
  /// The drop that the rule tolerates here.
  package let margin: Double?
  /// nil where the unit could not vote, or nothing is assumed of its metric.
  package let precision: Precision?

  /// The figures of one test.
  package struct Precision: Sendable, Hashable, Encodable {
    /// Of the mean of u.
    package let standardError: Double
    package let degreesOfFreedom: Double
    /// The smallest margin that would PASS with 80 % power where nothing dropped.
    package let smallestPassingMargin: Double
    /// The smallest true drop that would FAIL with 80 % power, before Holm's adjustment.
    package let smallestFailingDrop: Double
    /// P(PASS) of this unit where nothing dropped.
    package let passingPower: Double

    enum CodingKeys: String, CodingKey {
      case standardError = "standard_error"
      case degreesOfFreedom = "degrees_of_freedom"
      case smallestPassingMargin = "smallest_passing_margin"
      case smallestFailingDrop = "smallest_failing_drop"
      case passingPower = "passing_power"
    }
  }
}

/// What a gate could find with a baseline and a share of its blocks, before anything is asked.
package struct GatePlan: Sendable, Encodable {
  /// The share of every task's blocks, such as "1/2".
  package let share: String
  package let assumptions: PlanAssumptions
  package let coverage: Coverage
  /// In the order of `Verdict.units`.
  package let units: [PlannedUnit]
  /// Why no verdict could be reached; nil where one could.
  package let refusal: String?
  /// Answers that a candidate is asked for: items × k × draws.
  package let answers: Int
  package let notes: [Note]

  /// P(PASS) of a candidate that lost nothing, were its units independent; nil where the chance of one that votes is not known.
  package var passingChance: Double? {
    units.filter { $0.reason == nil }.reduce(Optional(1)) { chance, unit in
      chance.flatMap { chance in unit.precision.map { chance * $0.passingPower } }
    }
  }

  /// - Parameters:
  ///   - related, contaminated: as `Verdict.judge` has them.
  ///   - reported: whether tasks without a vote are asked too.
  /// - Throws: `NotGateable` where a rule names a family that is not there.
  package init(
    baseline: Baseline, policy: GatePolicy, share: Share, assumptions: PlanAssumptions = PlanAssumptions(),
    related: Set<String> = [], contaminated: [String: Set<String>] = [:], reported: ReportedTasks = .skip
  ) throws {
    let scores = baseline.scores(of: share)
    // Nothing is known before it is asked of what labels leak.
    let isLeakPlanned = policy.looksAtLeaks
    let policy = policy.withoutLeaks
    let voting = try VotingUnits(
      baseline, scores: scores, policy: policy, related: related, contaminated: contaminated)
    self.share = share.description
    self.assumptions = assumptions
    coverage = voting.coverage
    units = voting.tests.map { PlannedUnit($0, assumptions) }
    let votes = Set(voting.admitted.values.joined().map(\.admission.task))
    answers = reported == .ask ? scores.count : scores.count { votes.contains($0.task) }
    notes =
      voting.notes
      + (isLeakPlanned ? [Note(.note, "of max_leak_mass nothing can be said before models are asked")] : [])
    do {
      if !policy.rules.isEmpty { try voting.demandEnough(policy) }
      refusal = nil
    } catch let reason as NotGateable {
      refusal = reason.reason
    }
  }
}

extension PlannedUnit {
  /// - Parameter test: of the baseline against itself, which knows tasks, blocks and what the rule tolerates.
  init(_ test: UnitTest, _ assumptions: PlanAssumptions) {
    let tasks = test.families.joined()
    rule = test.rule.name
    metric = test.rule.metric
    contrast = test.rule.contrast.kind
    shots = test.shots
    level = test.rule.level
    unit = test.unit
    reason = test.reason
    self.tasks = tasks.count
    items = tasks.reduce(0) { $0 + $1.items.count }
    blocks = tasks.reduce(0) { $0 + $1.blocks }
    limit = test.rule.contrast.limit
    margin = test.allowance
    precision = test.silence == nil ? Precision(test, assumptions) : nil
  }
}

extension PlannedUnit.Precision {
  /// SE² = Σ_t w_t² (σ² deff / n + SE²_t), SE_t that of the base's own part of u, which is known; the two are taken as
  /// independent, which overstates the error a little: what a model answers right it can lose. Satterthwaite's degrees of
  /// freedom; never below √3/n.
  ///
  /// - Returns: nil of a metric that is not right or wrong.
  init?(_ test: UnitTest, _ assumptions: PlanAssumptions) {
    let isRightOrWrong = test.rule.metric == .exactMatch || test.rule.metric == .choice
    guard isRightOrWrong, let margin = test.allowance else { return nil }
    var variance = 0.0
    var squares = 0.0
    var items = 0
    for family in test.families {
      for task in family {
        guard let own = test.rule.allowances(of: task).flatMap(TaskEstimate.init)?.squaredError, task.blocks > 1
        else { return nil }
        let weight = 1 / Double(test.families.count * family.count)
        let count = Double(task.items.count)
        let effect = SampleSize.designEffect(
          blockSize: count / Double(task.blocks), intraclassCorrelation: assumptions.intraclassCorrelation)
        let shots = test.rule.shots.selected(from: task.shots).count
        let part = weight * weight * (assumptions.itemVariance(shots: shots) * effect / count + own)
        variance += part
        squares += part * part / Double(task.blocks - 1)
        items += task.items.count
      }
    }
    guard squares > 0 else { return nil }
    let error = max(variance.squareRoot(), 3.0.squareRoot() / Double(items))
    let student = StudentT(degreesOfFreedom: variance * variance / squares)
    let power = StandardNormal.quantile(0.8)
    let passing = student.quantile(1 - test.rule.alphaPass)
    standardError = error
    degreesOfFreedom = student.degreesOfFreedom
    smallestPassingMargin = (passing + power) * error
    smallestFailingDrop = margin + (student.quantile(1 - test.rule.alphaFail) + power) * error
    passingPower = StandardNormal.cdf(margin / error - passing)
  }
}

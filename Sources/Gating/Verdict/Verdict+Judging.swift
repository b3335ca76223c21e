import Diagnostics
import Statistics
import Suites

extension Verdict {
  /// Contrasts a candidate with a baseline and judges it.
  ///
  /// PASS means that every voting unit passes, each at α_pass: an intersection-union test. FAIL means that some unit fails
  /// by Holm's procedure over all voting units at α_fail. Else the verdict is INCONCLUSIVE.
  ///
  /// - Parameters:
  ///   - candidate: what was asked of the candidate.
  ///   - scores: the candidate's; of a share of every task's blocks too.
  ///   - related: names of the tasks that the fine-tuning was about (`relatedTasks`): reported, and without a vote, as if
  ///     they had not been admitted.
  ///   - contaminated: ids of the items that are in the fine-tuning data, by task: dropped from both sides before anything is
  ///     computed. A task that lost more than a fifth of its items so has no vote.
  ///   - leaks: what both answer unrelated questions with; where a rule looks at it.
  ///   - unasked: names of tasks without a vote that the candidate need not have been asked.
  ///   - earlier: of an adaptive gate, the verdict at the look before: units that it decided stay decided.
  /// - Throws: `NotGateable` where the two are not comparable, the scores are not complete, or too little can vote.
  package static func judge(
    baseline: Baseline, candidate: RunDescription, scores: [ItemScore], policy: GatePolicy, related: Set<String> = [],
    contaminated: [String: Set<String>] = [:], leaks: LeakContrast? = nil, unasked: Set<String> = [],
    after earlier: Verdict? = nil
  ) throws -> Verdict {
    let comparison = try Comparability.check(baseline: baseline.run, candidate: candidate)
    let voting = try VotingUnits(
      baseline, scores: scores, policy: policy, related: related, contaminated: contaminated, leaks: leaks,
      unasked: unasked)
    try voting.demandEnough(policy)
    let notes = comparison + policy.marginNotes(baseline) + voting.notes

    let units = try decide(voting.tests, after: earlier)
    let outcome = overallOutcome(units)
    let drops = voting.families.compactMap { family in
      voting.admitted[family].flatMap { Degradation(families: [$0], metric: .exactMatch, shots: .fewShot) }
        .map { (family: family, drop: $0.drop) }
    }
    return Verdict(
      outcome: outcome,
      sentence: VerdictSentence(outcome: outcome, units: units, coverage: voting.coverage, notes: notes).text,
      coverage: voting.coverage, units: units, spread: FamilySpread(drops),
      tasks: voting.tasks.map(TaskReport.init).sorted { ($0.family, $0.task) < ($1.family, $1.task) }, notes: notes,
      looks: earlier?.looks)
  }

  /// Whether a share of the blocks could be judged at all, before anything is asked: the baseline against itself.
  ///
  /// - Parameters: as `judge` has them.
  /// - Throws: `NotGateable` as `judge` would.
  package static func demandEnough(
    _ baseline: Baseline, share: Share, policy: GatePolicy, related: Set<String> = [],
    contaminated: [String: Set<String>] = [:]
  ) throws {
    // Of a gate about leaks alone nothing can be known before.
    guard !policy.withoutLeaks.rules.isEmpty else { return }
    _ = try judge(
      baseline: baseline, candidate: baseline.run, scores: baseline.scores(of: share),
      policy: policy.withoutLeaks, related: related, contaminated: contaminated)
  }

  private static func overallOutcome(_ units: [UnitVerdict]) -> Outcome {
    let voting = units.filter(\.votes)
    if voting.contains(where: { $0.outcome == .fail }) { return .fail }
    return voting.allSatisfy { $0.outcome == .pass } ? .pass : .inconclusive
  }

  /// Holm over the units that vote, then each unit's outcome.
  ///
  /// - Parameter earlier: the verdict at the look before. What it decided is not decided again: such a unit keeps its place among Holm's K and
  ///   has a p value of 1 there, so that no draw that was asked for another unit's sake makes anything easier. A unit that was open keeps
  ///   its vote.
  private static func decide(_ units: [UnitTest], after earlier: Verdict?) throws -> [UnitVerdict] {
    let before = earlier.flatMap { $0.units.count == units.count ? $0.units : nil }
    func isSettled(_ index: Int) -> Bool { before.map { $0[index].outcome != .inconclusive } ?? false }
    let alphas = Set(units.map(\.rule.alphaFail))
    guard let alpha = alphas.first, alphas.count == 1 else {
      throw NotGateable("the rules have different alpha_fail; Holm's procedure needs one")
    }
    let voting = units.indices.filter { units[$0].reason == nil }
    let holm = Holm(
      pValues: voting.map { isSettled($0) ? 1 : units[$0].test?.guardedPValueBelowZero ?? 1 }, alpha: alpha)
    let places = Dictionary(uniqueKeysWithValues: voting.enumerated().map { ($0.element, $0.offset) })
    return units.indices.map { index in
      let place = places[index]
      if let before, isSettled(index) { return before[index] }
      let unit = units[index].verdict(
        level: place.map { holm.levels[$0] } ?? alpha, adjusted: place.map { holm.adjusted[$0] } ?? 1,
        rejected: place.map { holm.rejected[$0] } ?? false)
      return before.map { unit.votes ? unit : $0[index] } ?? unit
    }
  }
}

extension Baseline {
  /// The scores that a share of every task's blocks has.
  func scores(of share: Share) -> [ItemScore] {
    var asked: [String: Int] = [:]
    for (task, scores) in Dictionary(grouping: scores, by: \.task) {
      asked[task] = share.blocks(of: Set(scores.map(\.block)).count)
    }
    return scores.filter { $0.block < asked[$0.task] ?? 0 }
  }
}

extension GatePolicy {
  /// Admission was frozen for one family margin; a wider one asks for more room than the tasks were admitted for.
  fileprivate func marginNotes(_ baseline: Baseline) -> [Note] {
    let widest = rules.filter { $0.level == .family && $0.contrast.kind == .absoluteDrop && $0.metric == .exactMatch }
      .map(\.contrast.limit).max()
    guard let widest, widest > baseline.familyMargin else { return [] }
    return [
      Note(
        .warning,
        "admission was decided for a family margin of \(points(baseline.familyMargin)) points, "
          + "the gate has \(points(widest))")
    ]
  }
}

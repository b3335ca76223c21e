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
  ///   - look: what of each α may be spent, where the same model was judged before or not everything is read.
  ///   - tests: how many units vote where everything is read, where that is known to be more than vote here: Holm's K.
  ///   - earlier: of an adaptive gate, the verdict at the look before: units that it decided stay decided.
  /// - Throws: `NotGateable` where the two are not comparable, the scores are not complete, or too little can vote.
  package static func judge(
    baseline: Baseline, candidate: RunDescription, scores: [ItemScore], policy: GatePolicy, related: Set<String> = [],
    contaminated: [String: Set<String>] = [:], leaks: LeakContrast? = nil, unasked: Set<String> = [],
    look: SpentLook = .whole, tests: Int = 0, after earlier: Verdict? = nil
  ) throws -> Verdict {
    let comparison = try Comparability.check(baseline: baseline.run, candidate: candidate)
    let voting = try VotingUnits(
      baseline, scores: scores, policy: policy, related: related, contaminated: contaminated, leaks: leaks,
      unasked: unasked)
    try voting.demandEnough(policy)
    let units = try decide(voting.tests, look: look, of: tests, after: earlier)
    let report =
      look.isWhole ? nil : policy.rules.first.map { look.report(alphaPass: $0.alphaPass, alphaFail: $0.alphaFail) }
    let notes =
      comparison + policy.marginNotes(baseline) + voting.notes + (report.map { [Note(.note, $0.text)] } ?? [])
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
      looks: earlier?.looks, look: report, discordance: voting.discordance)
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

  /// The smallest share in eighths, above one that cannot be judged, that could be.
  ///
  /// - Parameters:
  ///   - share: what was asked.
  ///   - declared: what may be asked at most.
  /// - Returns: nil where `share` can be judged, and where no larger one can.
  package static func judgeableShare(
    _ baseline: Baseline, above share: Share, upTo declared: Share, policy: GatePolicy, related: Set<String> = [],
    contaminated: [String: Set<String>] = [:]
  ) -> Share? {
    func canBeJudged(_ share: Share) -> Bool {
      (try? demandEnough(baseline, share: share, policy: policy, related: related, contaminated: contaminated)) != nil
    }
    guard !canBeJudged(share) else { return nil }
    let larger = (1...8).compactMap { try? Share.all.part($0, of: 8) }.filter { $0 > share && $0 < declared }
    return (larger + (declared > share ? [declared] : [])).first(where: canBeJudged)
  }

  /// How many units vote where a baseline is read whole: the tests that share α_fail, at whatever look.
  package static func votingUnits(
    _ baseline: Baseline, policy: GatePolicy, related: Set<String> = [], contaminated: [String: Set<String>] = [:]
  ) throws -> Int {
    try VotingUnits(
      baseline, scores: baseline.scores, policy: policy.withoutLeaks, related: related, contaminated: contaminated
    ).tests.count { $0.silence == nil }
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
  private static func decide(
    _ units: [UnitTest], look: SpentLook, of tests: Int, after earlier: Verdict?
  ) throws -> [UnitVerdict] {
    let before = earlier.flatMap { $0.units.count == units.count ? $0.units : nil }
    func isSettled(_ index: Int) -> Bool { before.map { $0[index].outcome != .inconclusive } ?? false }
    let alphas = Set(units.map(\.rule.alphaFail))
    guard let alpha = alphas.first, alphas.count == 1 else {
      throw NotGateable("the rules have different alpha_fail; Holm's procedure needs one")
    }
    let voting = units.indices.filter { units[$0].reason == nil }
    guard look.level(alpha) > 0 else {
      throw NotGateable(
        "more of the suite was judged before, which left no error to spend; read at least as much again")
    }
    let holm = Holm(
      pValues: voting.map { isSettled($0) ? 1 : units[$0].test?.guardedPValueBelowZero ?? 1 }, alpha: alpha,
      others: max(0, tests - voting.count { units[$0].rule.metric != .labelFree }),
      level: { look.level(alpha / Double($0)) })
    let places = Dictionary(uniqueKeysWithValues: voting.enumerated().map { ($0.element, $0.offset) })
    return units.indices.map { index in
      let place = places[index]
      if let before, isSettled(index) { return before[index] }
      let unit = units[index].verdict(
        alphaPass: look.level(units[index].rule.alphaPass), level: place.map { holm.levels[$0] } ?? alpha,
        adjusted: place.map { holm.adjusted[$0] } ?? 1,
        rejected: place.map { holm.rejected[$0] } ?? false)
      return before.map { unit.votes ? unit : $0[index] } ?? unit
    }
  }
}

extension Baseline {
  /// The scores that a share of every task's blocks has.
  func scores(of share: Share) -> [ItemScore] { within(share, scores) }

  /// Those of a run's scores that a share of every task's blocks has: a run may have gone on.
  package func within(_ share: Share, _ scores: [ItemScore]) -> [ItemScore] {
    let blocks = Dictionary(grouping: self.scores, by: \.task).mapValues {
      share.blocks(of: Set($0.map(\.block)).count)
    }
    return scores.filter { $0.block < blocks[$0.task] ?? 0 }
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

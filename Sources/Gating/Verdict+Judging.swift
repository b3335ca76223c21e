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
  ///   - related: names of the tasks that the fine-tuning was about (`relatedTasks`): reported, and without a vote, as if they had not
  ///     been admitted.
  /// - Throws: `NotGateable` where the two are not comparable, the scores are not complete, or too little can vote.
  package static func judge(
    baseline: Baseline, candidate: RunDescription, scores: [ItemScore], policy: GatePolicy, related: Set<String> = []
  ) throws -> Verdict {
    var notes = try Comparability.check(baseline: baseline.run, candidate: candidate)
    let paired = try PairedTask.pair(baseline, with: scores)
    let tasks = paired.map { related.contains($0.admission.task) ? $0.withdrawn(reason: relatedReason) : $0 }
    // Only what lost a vote by it: the others had none.
    let withdrawn = paired.filter { related.contains($0.admission.task) && $0.admission.admitted }.map(\.admission.task)
    let admitted = Dictionary(grouping: tasks.filter(\.admission.admitted), by: \.admission.family)
    let families = Set(tasks.map(\.admission.family)).sorted()

    var units: [UnitTest] = []
    for rule in policy.rules {
      switch rule.level {
      case .overall:
        units.append(UnitTest(rule, unit: "overall", families: families.compactMap { admitted[$0] }))
      case .family:
        units += families.map { UnitTest(rule, unit: $0, families: admitted[$0].map { [$0] } ?? []) }
      }
    }
    let ableFamilies = families.filter { family in
      let blocks = (admitted[family] ?? []).map(\.blocks)
      return !blocks.isEmpty && blocks.allSatisfy { $0 > 1 } && blocks.reduce(0, +) >= GatePolicy.minimumBlocks
    }
    let admittedTasks = admitted.values.joined()
    let coverage = Coverage(
      tasksAdmitted: admittedTasks.count, tasks: tasks.count, familiesVoting: ableFamilies.count,
      families: families.count, blocks: admittedTasks.reduce(0) { $0 + $1.blocks },
      blocksInBaseline: admittedTasks.reduce(0) { $0 + $1.blocksInBaseline })
    try demandEnough(coverage, units: units, policy: policy, withdrawn: withdrawn)
    notes += policy.marginNotes(baseline)
    if !withdrawn.isEmpty { notes.append(Note(.note, withdrawal(of: withdrawn))) }

    let verdicts = try decide(units)
    let outcome = overallOutcome(verdicts)
    let drops = families.compactMap { family in
      admitted[family].flatMap { Degradation(families: [$0], metric: .exactMatch, shots: .fewShot) }
        .map { (family: family, drop: $0.drop) }
    }
    return Verdict(
      outcome: outcome,
      sentence: VerdictSentence(outcome: outcome, units: verdicts, coverage: coverage, notes: notes).text,
      coverage: coverage, units: verdicts, spread: FamilySpread(drops),
      tasks: tasks.map(TaskReport.init).sorted { ($0.family, $0.task) < ($1.family, $1.task) }, notes: notes)
  }

  /// Whether a share of the blocks could be judged at all, before anything is asked: the baseline against itself.
  ///
  /// - Parameter related: as `judge` has it.
  /// - Throws: `NotGateable` as `judge` would.
  package static func demandEnough(
    _ baseline: Baseline, share: Share, policy: GatePolicy, related: Set<String> = []
  ) throws {
    var asked: [String: Int] = [:]
    for (task, scores) in Dictionary(grouping: baseline.scores, by: \.task) {
      asked[task] = share.blocks(of: Set(scores.map(\.block)).count)
    }
    let scores = baseline.scores.filter { $0.block < asked[$0.task] ?? 0 }
    _ = try judge(baseline: baseline, candidate: baseline.run, scores: scores, policy: policy, related: related)
  }

  /// What a related task is reported with.
  private static let relatedReason = "related: its labels are the fine-tuning labels"

  private static func withdrawal(of tasks: [String]) -> String {
    let names = tasks.joined(separator: ", ")
    return tasks.count == 1
      ? "task \(names) is admitted and does not vote here: its labels are the fine-tuning labels"
      : "tasks \(names) are admitted and do not vote here: their labels are the fine-tuning labels"
  }

  private static func overallOutcome(_ units: [UnitVerdict]) -> Outcome {
    let voting = units.filter(\.votes)
    if voting.contains(where: { $0.outcome == .fail }) { return .fail }
    return voting.allSatisfy { $0.outcome == .pass } ? .pass : .inconclusive
  }

  /// Fewer than half of the families (or `min_families`), or an overall rule that cannot vote, is no verdict at all.
  private static func demandEnough(
    _ coverage: Coverage, units: [UnitTest], policy: GatePolicy, withdrawn: [String]
  ) throws {
    let also = withdrawn.isEmpty ? "" : "; \(withdrawal(of: withdrawn))"
    let needed = policy.minFamilies ?? (coverage.families + 1) / 2
    guard coverage.familiesVoting >= max(1, needed) else {
      throw NotGateable(
        "too little evidence: \(coverage.familiesVoting) of \(coverage.families) families can vote, "
          + "\(max(1, needed)) needed (coverage \(coverage.text))\(also); "
          + "score a larger share, or choose a base that can do more tasks")
    }
    if let silent = units.first(where: { $0.rule.level == .overall && $0.reason != nil }) {
      throw NotGateable(
        "too little evidence: rule \(silent.rule.name) cannot vote: \(silent.reason ?? "no reason")\(also)")
    }
    guard units.contains(where: { $0.reason == nil }) else {
      throw NotGateable("no rule can vote on this suite (coverage \(coverage.text))\(also)")
    }
  }

  /// Holm over the units that vote, then each unit's outcome.
  private static func decide(_ units: [UnitTest]) throws -> [UnitVerdict] {
    let alphas = Set(units.map(\.rule.alphaFail))
    guard let alpha = alphas.first, alphas.count == 1 else {
      throw NotGateable("the rules have different alpha_fail; Holm's procedure needs one")
    }
    let voting = units.indices.filter { units[$0].reason == nil }
    let holm = Holm(pValues: voting.map { units[$0].test?.pValueBelowZero ?? 1 }, alpha: alpha)
    let places = Dictionary(uniqueKeysWithValues: voting.enumerated().map { ($0.element, $0.offset) })
    return units.indices.map { index in
      let place = places[index]
      return units[index].verdict(
        level: place.map { holm.levels[$0] } ?? alpha, adjusted: place.map { holm.adjusted[$0] } ?? 1,
        rejected: place.map { holm.rejected[$0] } ?? false)
    }
  }
}

extension GatePolicy {
  /// Admission was frozen for one family margin; a wider one asks for more room than the tasks were admitted for.
  fileprivate func marginNotes(_ baseline: Baseline) -> [Note] {
    let widest = rules.filter { $0.level == .family && $0.metric == .exactMatch }.map(\.contrast.margin).max()
    guard let widest, widest > baseline.familyMargin else { return [] }
    return [
      Note(
        .warning,
        "admission was decided for a family margin of \(points(baseline.familyMargin)) points, "
          + "the gate has \(points(widest))")
    ]
  }
}

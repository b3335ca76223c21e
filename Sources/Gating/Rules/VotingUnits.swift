import Diagnostics
import Statistics
import Suites

/// What a gate has to judge by: the tasks side by side, which of them count, and every rule's units.
struct VotingUnits {
  /// Of the baseline, ascending; those without a vote here are not admitted.
  let tasks: [PairedTask]
  /// The families of all tasks, ascending.
  let families: [String]
  /// The admitted tasks by family.
  let admitted: [String: [PairedTask]]
  /// In the order of `Verdict.units`.
  let tests: [UnitTest]
  let coverage: Coverage
  /// What became of admitted tasks, a sentence each.
  let withdrawals: [String]

  /// - Throws: `NotGateable` where the scores are not complete, or a rule names a family that is not there.
  init(
    _ baseline: Baseline, scores: [ItemScore], policy: GatePolicy, related: Set<String>,
    contaminated: [String: Set<String>], leaks: LeakContrast? = nil, unasked: Set<String> = []
  ) throws {
    let paired = try PairedTask.pair(
      baseline, with: scores, contaminated: contaminated, leaks: leaks, unasked: unasked)
    let tasks = paired.map { task in
      let cleaned = task.spoilt.map { task.withdrawn(reason: $0.reason) } ?? task
      return related.contains(task.admission.task) ? cleaned.withdrawn(reason: Self.relatedReason) : cleaned
    }
    // What may be left out is what has no vote.
    if let task = tasks.first(where: { $0.admission.admitted && $0.shots.isEmpty })?.admission.task {
      throw NotGateable("the candidate has no scores of task \(task), which votes; finish its run")
    }
    let admitted = Dictionary(grouping: tasks.filter(\.admission.admitted), by: \.admission.family)
    let families = Set(tasks.map(\.admission.family)).sorted()
    try Self.demandKnown(families, policy.rules)
    self.tasks = tasks
    self.families = families
    self.admitted = admitted
    tests = policy.rules.flatMap { rule in
      switch rule.level {
      case .overall: [UnitTest(rule, unit: "overall", families: families.compactMap { admitted[$0] })]
      case .family:
        families.filter(rule.families.contains).map {
          UnitTest(rule, unit: $0, families: admitted[$0].map { [$0] } ?? [])
        }
      case .task:
        families.flatMap { admitted[$0] ?? [] }.map { UnitTest(rule, unit: $0.admission.task, families: [[$0]]) }
      }
    }
    coverage = Self.coverage(tasks, families: families, admitted: admitted)
    withdrawals = Self.withdrawals(paired.filter(\.admission.admitted), related: related)
  }

  private static func coverage(
    _ tasks: [PairedTask], families: [String], admitted: [String: [PairedTask]]
  ) -> Coverage {
    let able = families.filter { family in
      let blocks = (admitted[family] ?? []).map(\.blocks)
      return !blocks.isEmpty && blocks.allSatisfy { $0 >= VotingFloor.blocksPerTask }
        && blocks.reduce(0, +) >= VotingFloor.blocks
    }
    let counted = admitted.values.joined()
    let dropped = tasks.reduce(0) { $0 + $1.dropped }
    return Coverage(
      tasksAdmitted: counted.count, tasks: tasks.count, familiesVoting: able.count, families: families.count,
      blocks: counted.reduce(0) { $0 + $1.blocks }, blocksInBaseline: counted.reduce(0) { $0 + $1.blocksInBaseline },
      itemsDropped: dropped == 0 ? nil : dropped)
  }

  /// The share of the items that are answered differently at one k, mean over k > 0, families and tasks weighing as in every mean; nil
  /// without a task that votes.
  var discordance: Double? {
    unitMean(families: admitted.sorted { $0.key < $1.key }.map { $0.value.compactMap(\.discordance) })
  }

  private static func demandKnown(_ families: [String], _ rules: [Rule]) throws {
    for rule in rules {
      guard case .only(let name) = rule.families, !families.contains(name) else { continue }
      let remedy: ShownText =
        nearestKey(to: name, among: families).map { "did you mean '\($0)'?" }
        ?? "it has \(families.joined(separator: ", "))"
      throw NotGateable(
        "gate.\(rule.name).families names '\(name)', and the baseline has no such family; \(remedy)")
    }
  }
}

extension VotingUnits {
  /// What a related task is reported with.
  private static let relatedReason = "related: its labels are the fine-tuning labels"

  /// - Parameter tasks: those that the baseline admitted; the others had no vote to lose.
  private static func withdrawals(_ tasks: [PairedTask], related: Set<String>) -> [String] {
    let names = tasks.map(\.admission.task).filter(related.contains)
    let excused =
      switch names.count {
      case 0: [String]()
      case 1: ["task \(names[0]) is admitted and does not vote here: its labels are the fine-tuning labels"]
      default:
        [
          "tasks \(names.joined(separator: ", ")) are admitted and do not vote here: their labels are the fine-tuning "
            + "labels"
        ]
      }
    let spoilt = tasks.filter { !related.contains($0.admission.task) }.compactMap { task in
      task.spoilt.map {
        "task \(task.admission.task) is admitted and does not vote here: \($0.items) of \($0.scored) items are in the "
          + "fine-tuning data"
      }
    }
    return excused + spoilt
  }

  /// What the reader of a verdict has to know: which tasks lost their vote, what was dropped, which overall rule has nothing to
  /// judge.
  var notes: [Note] {
    var notes = withdrawals.map { Note(.note, $0) }
    if let dropped = coverage.itemsDropped {
      let parts = tasks.filter { $0.dropped > 0 }.map { "\($0.admission.task) \($0.dropped)" }
      let what = dropped == 1 ? "1 item is" : "\(dropped) items are"
      notes.append(
        Note(
          .note,
          "\(what) in the fine-tuning data and dropped from both sides: \(parts.joined(separator: ", "))"))
    }
    let unasked = tasks.filter { $0.shots.isEmpty && !$0.admission.admitted }.map(\.admission.task)
    if !unasked.isEmpty {
      notes.append(
        Note(
          .note,
          "\(unasked.count) task\(unasked.count == 1 ? "" : "s") without a vote \(unasked.count == 1 ? "was" : "were") "
            + "not asked: \(unasked.joined(separator: ", ")); '--reported ask' asks them too"))
    }
    notes += tests.filter { $0.rule.level == .overall }.compactMap { test in
      guard let silence = test.silence, silence.isMoot else { return nil }
      // A base that is good without demonstrations is no mistake in the rule.
      let isUsual = test.rule.contrast.kind == .retention && (test.allowance ?? 0) > 0
      return Note(isUsual ? .note : .warning, "rule \(test.rule.name) does not vote overall: \(silence.reason)")
    }
    return notes
  }

  /// Fewer than half of the families (or `min_families`), an overall rule without the evidence to vote, or a rule about what
  /// was never asked is no verdict at all.
  func demandEnough(_ policy: GatePolicy) throws {
    let also = withdrawals.isEmpty ? "" : "; \(withdrawals.joined(separator: "; "))"
    let needed = max(1, policy.minFamilies ?? (coverage.families + 1) / 2)
    guard coverage.familiesVoting >= needed else {
      throw NotGateable(
        "too little evidence: \(coverage.familiesVoting) of \(coverage.families) families can vote, \(needed) needed "
          + "(coverage \(coverage.text))\(also); "
          + (needed > coverage.families
            ? "lower gate.min_families" : "score a larger share, or choose a base that can do more tasks"))
    }
    for rule in policy.rules {
      let units = tests.filter { $0.rule == rule }
      guard units.allSatisfy({ $0.silence != nil }) else { continue }
      // A family may have nothing to say; that a rule looks at what no task has is a mistake in it.
      let silent = units.first { rule.level == .overall ? $0.silence?.isMoot == false : $0.silence?.isUnasked == true }
      if let reason = silent?.reason {
        throw NotGateable(
          "too little evidence: rule \(rule.name) cannot vote: \(reason)\(also); score a larger share, or turn the rule off in gate"
        )
      }
    }
    guard tests.contains(where: { $0.silence == nil }) else {
      throw NotGateable(
        "no rule can vote on this suite (coverage \(coverage.text))\(also); choose a base that can do more tasks, or other rules in gate"
      )
    }
  }
}

extension PairedTask {
  /// The share of the items that base and candidate answer differently, mean over k > 0; nil where there is none.
  fileprivate var discordance: Double? {
    let asked = Shots.fewShot.selected(from: shots)
    let differences = items.flatMap { item in
      asked.compactMap { k in
        item.base.cell(k).flatMap { base in item.candidate.cell(k).map { abs(base.exactMatch - $0.exactMatch) } }
      }
    }
    return Gating.mean(differences)
  }

  /// Its contamination, where that costs it the vote.
  fileprivate var spoilt: Contamination? { contaminated.flatMap { $0.outweighs ? $0 : nil } }
}

import Diagnostics
import Gating
import Suites
import Testing

@Suite("What a verdict rests on")
struct CoverageTests {
  private let policy = GateSettings().policy

  private func judge(
    _ fixture: Fixture, base: [ItemScore], candidate: [ItemScore], policy: GatePolicy? = nil
  ) throws -> Verdict {
    try Verdict.judge(
      baseline: fixture.baseline(base), candidate: fixture.description(), scores: candidate,
      policy: policy ?? self.policy)
  }

  @Test("a share is contrasted with the same blocks of the baseline, and says how many of them there are")
  func share() throws {
    var random = Seeded(state: 5)
    let fixture = Fixture()
    let base = fixture.scores(random: &random)
    let half = base.filter { $0.block < 8 }
    let verdict = try judge(fixture, base: base, candidate: half)
    #expect(verdict.coverage.text == "8 of 8 tasks, 4 of 4 families, 64 of 128 blocks")
    #expect(verdict.units.allSatisfy { $0.degradation?.drop == 0 })
    #expect(verdict.units.first?.items == 8 * 8 * 8)
  }

  @Test(
    "a unit with fewer than twelve blocks never votes, nor one with a task of fewer than four; too few families are no verdict"
  )
  func fewBlocks() throws {
    var random = Seeded(state: 6)
    let fixture = Fixture(families: ["a": 1, "b": 3, "c": 3])
    let base = fixture.scores(random: &random)
    // Four blocks a task: family a has 4 blocks, b and c have 12 each.
    let policy = GateSettings.dropsAndRetention.policy
    let verdict = try judge(fixture, base: base, candidate: base.filter { $0.block < 4 }, policy: policy)
    #expect(verdict.units.map(\.votes) == [true, false, true, true, true])
    #expect(verdict.units[1].reason == "4 blocks, 12 needed")
    #expect(verdict.units[1].outcome == .uninformative)
    #expect(verdict.coverage.familiesVoting == 2)

    let strict = GatePolicy(rules: policy.rules, minFamilies: 3)
    let reason = try refusal { try judge(fixture, base: base, candidate: base.filter { $0.block < 4 }, policy: strict) }
    #expect(reason?.hasPrefix("too little evidence: 2 of 3 families can vote, 3 needed") == true)
    let single = try refusal { try judge(fixture, base: base, candidate: base.filter { $0.block < 3 }) }
    #expect(single?.hasPrefix("too little evidence: 0 of 3 families can vote, 2 needed") == true)
  }

  @Test("tasks that the base cannot do are reported and never counted; fewer than half of the families is no verdict")
  func uninformative() throws {
    var random = Seeded(state: 7)
    let fixture = Fixture()
    func base(able: Set<String>) -> [ItemScore] {
      fixture.scores(random: &random, tasks: { able.contains($0.family) })
        + fixture.scores(fewShot: 0.05, random: &random, tasks: { !able.contains($0.family) })
    }
    let half = base(able: ["alpha", "beta"])
    let verdict = try judge(fixture, base: half, candidate: half)
    #expect(verdict.outcome == .pass)
    #expect(verdict.coverage.text == "4 of 8 tasks, 2 of 4 families, 64 of 64 blocks")
    #expect(verdict.units.filter { !$0.votes }.map(\.unit) == ["delta", "gamma"])
    #expect(verdict.units.filter { !$0.votes }.allSatisfy { $0.reason == "no admitted task" && $0.evidence == nil })
    #expect(verdict.tasks.filter { !$0.admitted }.allSatisfy { $0.reason != nil && $0.drop == 0 })
    let one = base(able: ["alpha"])
    #expect(try refusal { try judge(fixture, base: one, candidate: one) } != nil)
  }

  @Test("a candidate whose lines are not exactly the baseline's is refused, the line named")
  func incomplete() throws {
    var random = Seeded(state: 8)
    let fixture = Fixture()
    let base = fixture.scores(random: &random)
    let last = try #require(base.last)
    #expect(
      try refusal { try judge(fixture, base: base, candidate: base.dropLast()) }
        == "the candidate has no score of task gamma-1, block 15, item item-15-7, k 4, draw 0; finish its run")
    #expect(
      try refusal { try judge(fixture, base: base, candidate: base + [last]) }
        == "the candidate has two scores of task gamma-1, block 15, item item-15-7, k 4, draw 0; score it again "
        + "into another ledger")
    let foreign = score("gamma-1", item: "new", block: 15, k: 4, isRight: true)
    #expect(
      try refusal { try judge(fixture, base: base, candidate: base + [foreign]) }?.hasPrefix(
        "the baseline has no score of task gamma-1, block 15, item new") == true)
    #expect(
      try refusal { try judge(fixture, base: base, candidate: base.filter { $0.task != "beta-0" }) }
        == "the candidate has no scores of task beta-0; finish its run")
    let unknown = score("other", item: "new", block: 0, k: 0, isRight: true)
    #expect(try refusal { try judge(fixture, base: base, candidate: base + [unknown]) } != nil)
    let broken = base.dropLast() + [score(last.task, item: last.item, block: 15, k: 4, isRight: true, logprob: .nan)]
    #expect(
      try refusal { try judge(fixture, base: base, candidate: Array(broken)) }?.contains("is not finite; score it")
        == true)
  }

  @Test("a rule with another metric votes beside the others; a metric that the tasks lack cannot")
  func anotherRule() throws {
    var random = Seeded(state: 9)
    let fixture = Fixture()
    let base = fixture.scores(random: &random)
    func rule(_ metric: Metric, _ level: Level, shots: Shots = .fewShot) -> Rule {
      Rule(
        name: "other", metric: metric, contrast: .absoluteDrop(margin: 0.5), shots: shots, level: level,
        alphaPass: 0.05, alphaFail: 0.01)
    }
    let nats = GatePolicy(rules: policy.rules + [rule(.logprob, .overall, shots: .only([4]))])
    let verdict = try judge(fixture, base: base, candidate: base, policy: nats)
    #expect(verdict.outcome == .pass)
    #expect(verdict.sentence.contains("few-shot answer logprob is unchanged (at most 0.00; margin 0.50)"))
    let choice = GatePolicy(rules: [rule(.choice, .overall)])
    #expect(
      try refusal { try judge(fixture, base: base, candidate: base, policy: choice) }
        == "too little evidence: rule other cannot vote: a task has no choice at the rule's shots; "
        + "score a larger share, or turn the rule off in gate")
  }

  @Test("outcomes and the policy for INCONCLUSIVE make the exit code; the worst of several candidates counts")
  func exits() {
    func code(_ outcome: Outcome, _ policy: InconclusivePolicy) -> Int32 {
      GatePolicy(rules: [], onInconclusive: policy).exit(outcome).rawValue
    }
    #expect(InconclusivePolicy.allCases.map { code(.pass, $0) } == [0, 0, 0])
    #expect(InconclusivePolicy.allCases.map { code(.fail, $0) } == [1, 1, 1])
    #expect(InconclusivePolicy.allCases.map { code(.inconclusive, $0) } == [3, 1, 0])
    #expect(GateExit.combined([.pass, .undecided, .pass]) == .undecided)
    #expect(GateExit.combined([.regression, .undecided]) == .regression)
    #expect(GateExit.combined([.pass]) == .pass)
    #expect(GateExit.combined([]) == .undecided)
  }
}

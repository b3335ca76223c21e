import Diagnostics
import Gating
import Suites
import Testing

@Suite("Verdicts on a model that was fine-tuned on a suite's labels")
struct RelatedVerdictTests {
  private let policy = GateSettings().policy
  private let fixture = Fixture()

  /// Base scores, and a candidate's that differ in the given tasks alone, which collapsed.
  private func scores(
    _ fixture: Fixture? = nil, collapsed: Set<String>, seed: UInt64 = 11
  ) throws -> (baseline: Baseline, candidate: [ItemScore]) {
    let fixture = fixture ?? self.fixture
    var random = Seeded(state: seed)
    let base = fixture.scores(random: &random)
    let lost = fixture.scores(fewShot: 0.05, random: &random, tasks: { collapsed.contains($0.task) })
    return (try fixture.baseline(base), base.filter { !collapsed.contains($0.task) } + lost)
  }

  private func judge(
    _ scores: (baseline: Baseline, candidate: [ItemScore]), related: Set<String>, _ fixture: Fixture? = nil
  ) throws -> Verdict {
    try Verdict.judge(
      baseline: scores.baseline, candidate: (fixture ?? self.fixture).description(), scores: scores.candidate,
      policy: policy, related: related)
  }

  @Test("a related task that collapsed does not make the verdict FAIL; the same task without labels does")
  func collapse() throws {
    let scores = try scores(collapsed: ["alpha-0"])
    let blamed = try judge(scores, related: [])
    #expect(blamed.outcome == .fail)
    #expect(blamed.units.filter { $0.outcome == .fail }.map(\.unit).contains("alpha"))

    let excused = try judge(scores, related: ["alpha-0"])
    #expect(excused.outcome == .pass)
    #expect(excused.units.allSatisfy { $0.degradation?.drop == 0 })
    #expect(excused.coverage.text == "7 of 8 tasks, 4 of 4 families, 112 of 112 blocks")
    let alpha = try #require(excused.units.first { $0.unit == "alpha" })
    #expect(alpha.tasks == 1 && alpha.blocks == 16)
    #expect(excused.spread?.worstDrop == 0)
  }

  @Test("it is reported with its scores and the reason, and a note names it; the verdict line has no warning")
  func reported() throws {
    let verdict = try judge(scores(collapsed: ["alpha-0"]), related: ["alpha-0"])
    let task = try #require(verdict.tasks.first { $0.task == "alpha-0" })
    #expect(!task.admitted)
    #expect(task.reason == "related: its labels are the fine-tuning labels")
    #expect(try #require(task.drop) > 0.5)
    #expect(
      verdict.notes == [
        Note(.note, "task alpha-0 is admitted and does not vote here: its labels are the fine-tuning labels")
      ])
    #expect(!verdict.sentence.contains("warning"))
  }

  @Test("a loss elsewhere still fails: only the related task is excused")
  func elsewhere() throws {
    let verdict = try judge(scores(collapsed: ["alpha-0", "beta-1"]), related: ["alpha-0"])
    #expect(verdict.outcome == .fail)
    #expect(verdict.units.filter { $0.level == .family && $0.outcome == .fail }.map(\.unit) == ["beta"])
    let neighbour = try judge(scores(collapsed: ["alpha-0", "alpha-1"]), related: ["alpha-0"])
    #expect(neighbour.outcome == .fail)
  }

  @Test("a family whose tasks are all related does not vote, and the others weigh as if it were not there")
  func family() throws {
    let related: Set<String> = ["alpha-0", "alpha-1"]
    let verdict = try judge(scores(collapsed: related), related: related)
    #expect(verdict.outcome == .pass)
    let alpha = try #require(verdict.units.first { $0.unit == "alpha" })
    #expect(alpha.outcome == .uninformative && alpha.reason == "no admitted task" && alpha.degradation == nil)
    #expect(verdict.coverage.text == "6 of 8 tasks, 3 of 4 families, 96 of 96 blocks")
    #expect(verdict.notes.first?.text.hasPrefix("tasks alpha-0, alpha-1 are admitted and do not vote here") == true)
  }

  @Test("a verdict without the related task is the verdict of a suite that never had it")
  func asIfAbsent() throws {
    let with = try judge(scores(collapsed: ["delta-1", "gamma-0"]), related: ["delta-0", "delta-1"])
    var without = fixture
    without.families["delta"] = nil
    // The same random numbers in the same order: the scores of the families that are left are the same.
    let all = try scores(collapsed: ["delta-1", "gamma-0"])
    let left = try Baseline(
      createdBy: "test", run: without.description(), tasks: without.facts,
      scores: all.baseline.scores.filter { !$0.task.hasPrefix("delta") }, familyMargin: 0.10)
    let expected = try judge(
      (left, all.candidate.filter { !$0.task.hasPrefix("delta") }), related: [], without)
    #expect(with.units.filter { $0.unit != "delta" } == expected.units)
    #expect(with.outcome == expected.outcome && with.spread == expected.spread)
  }

  @Test("where too few families are left it is no verdict, before and after anything is asked, and says why")
  func tooFew() throws {
    let related = Set(fixture.facts.map(\.task).filter { !$0.hasPrefix("gamma") })
    let scores = try scores(collapsed: [])
    let reason = try refusal { try judge(scores, related: related) }
    #expect(
      reason?.hasPrefix(
        "too little evidence: 1 of 4 families can vote, 2 needed (coverage 2 of 8 tasks, 1 of 4 families, "
          + "32 of 32 blocks); tasks alpha-0, alpha-1, beta-0, beta-1, delta-0, delta-1 are admitted and do not vote here"
      ) == true, "\(reason ?? "judged")")
    func demand(_ related: Set<String>, share: Share) throws -> String? {
      try refusal { try Verdict.demandEnough(scores.baseline, share: share, policy: policy, related: related) }
    }
    #expect(try demand(related, share: Share(parsing: "1")) == reason)
    #expect(try demand([], share: Share(parsing: "1")) == nil)
    #expect(try demand(["alpha-0"], share: Share(parsing: "1")) == nil)
    // Half leaves a family of one task 8 blocks, and 12 are needed.
    let singles: Set<String> = ["alpha-0", "beta-0", "delta-0"]
    #expect(try demand([], share: Share(parsing: "1/2")) == nil)
    #expect(try demand(singles, share: Share(parsing: "1/2"))?.contains("1 of 4 families can vote") == true)
  }

  @Test(
    "a related task that the base cannot do keeps its own reason too, and needs no note; unknown names change nothing")
  func without() throws {
    var random = Seeded(state: 12)
    let base =
      fixture.scores(random: &random, tasks: { $0.task != "beta-0" })
      + fixture.scores(fewShot: 0.05, random: &random, tasks: { $0.task == "beta-0" })
    let scores = (baseline: try fixture.baseline(base), candidate: base)
    let verdict = try judge(scores, related: ["beta-0", "of another suite"])
    #expect(verdict.notes.isEmpty)
    let reason = try #require(verdict.tasks.first { $0.task == "beta-0" }?.reason)
    #expect(reason.hasPrefix("related: its labels are the fine-tuning labels; base gains"))
    let plain = try judge(scores, related: [])
    #expect(verdict.units == plain.units && verdict.coverage == plain.coverage && verdict.sentence == plain.sentence)
  }
}

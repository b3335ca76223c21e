import Diagnostics
import Gating
import Suites
import Testing

@Suite("Items that are in the fine-tuning data")
struct ContaminationTests {
  private let policy = GateSettings().policy
  private let fixture = Fixture()

  /// Ids of a task's first items, a block after the other.
  private func ids(_ count: Int) -> Set<String> { Set((0..<count).map { "item-\($0 / 8)-\($0 % 8)" }) }

  /// Base scores, and a candidate's that lost the given items at every k.
  private func scores(lost: [String: Set<String>]) throws -> (baseline: Baseline, candidate: [ItemScore]) {
    var random = Seeded(state: 21)
    let base = fixture.scores(random: &random)
    let candidate = base.map {
      lost[$0.task]?.contains($0.item) == true
        ? score($0.task, item: $0.item, block: $0.block, k: $0.k, isRight: false) : $0
    }
    return (try fixture.baseline(base), candidate)
  }

  private func judge(
    _ scores: (baseline: Baseline, candidate: [ItemScore]), _ contaminated: [String: Set<String>],
    related: Set<String> = []
  ) throws -> Verdict {
    try Verdict.judge(
      baseline: scores.baseline, candidate: fixture.description(), scores: scores.candidate, policy: policy,
      related: related, contaminated: contaminated)
  }

  @Test("they are dropped from both sides before anything is computed, and counted")
  func dropped() throws {
    let leaked = ["alpha-0": ids(24), "gamma-1": ids(1)]
    let scores = try scores(lost: leaked)
    let blamed = try judge(scores, [:])
    #expect(blamed.units.contains { ($0.degradation?.drop ?? 0) > 0 })
    #expect(blamed.coverage.itemsDropped == nil && blamed.tasks.allSatisfy { $0.contaminated == nil })

    let verdict = try judge(scores, leaked)
    #expect(verdict.outcome == .pass)
    #expect(verdict.units.allSatisfy { $0.degradation?.drop == 0 })
    #expect(verdict.tasks.allSatisfy { $0.drop == 0 })
    #expect(verdict.coverage.itemsDropped == 25)
    // Three blocks of alpha-0 are gone altogether; gamma-1 has all of its.
    #expect(
      verdict.coverage.text == "8 of 8 tasks, 4 of 4 families, 125 of 125 blocks, 25 contaminated items dropped")
    let alpha = try #require(verdict.tasks.first { $0.task == "alpha-0" })
    #expect(alpha.contaminated == 24 && alpha.items == 104 && alpha.blocks == 13 && alpha.admitted)
    #expect(
      verdict.notes == [
        Note(.note, "25 items are in the fine-tuning data and dropped from both sides: alpha-0 24, gamma-1 1")
      ])
  }

  @Test("what is left is judged as if the suite had never had them")
  func equalToASmallerSuite() throws {
    let leaked = ["alpha-0": ids(12), "beta-1": ids(20)]
    var random = Seeded(state: 22)
    let base = fixture.scores(random: &random)
    let candidate = fixture.scores(fewShot: 0.7, random: &random)
    func without(_ scores: [ItemScore]) -> [ItemScore] {
      scores.filter { leaked[$0.task]?.contains($0.item) != true }
    }
    let verdict = try judge((try fixture.baseline(base), candidate), leaked)
    let smaller = try judge((try fixture.baseline(without(base)), without(candidate)), [:])
    #expect(verdict.units == smaller.units)
    #expect(verdict.spread == smaller.spread)
  }

  @Test("a task that lost more than a fifth of its items does not vote, with the reason; a fifth it may lose")
  func vote() throws {
    // 128 items: 25 are no more than a fifth, 26 are.
    let most = try judge(scores(lost: [:]), ["alpha-0": ids(25)])
    #expect(most.tasks.first { $0.task == "alpha-0" }?.admitted == true)
    let leaked = ["alpha-0": ids(26)]
    let verdict = try judge(scores(lost: leaked), leaked)
    let task = try #require(verdict.tasks.first { $0.task == "alpha-0" })
    #expect(!task.admitted)
    #expect(task.reason == "contaminated: 26 of 128 items are in the fine-tuning data")
    #expect(verdict.coverage.tasksAdmitted == 7)
    #expect(
      verdict.notes.first
        == Note(
          .note, "task alpha-0 is admitted and does not vote here: 26 of 128 items are in the fine-tuning data"))
  }

  @Test("a task that is all in the data is reported without scores; the gate goes on")
  func all() throws {
    let verdict = try judge(scores(lost: [:]), ["alpha-0": ids(128)])
    #expect(verdict.outcome == .pass)
    let task = try #require(verdict.tasks.first { $0.task == "alpha-0" })
    #expect(task.items == 0 && task.blocks == 0 && task.shots.isEmpty && task.drop == nil && !task.admitted)
  }

  @Test("ids and tasks that the baseline has not are no matter; a related task keeps both reasons")
  func foreign() throws {
    let scores = try scores(lost: [:])
    let verdict = try judge(scores, ["alpha-0": ["of the pool"], "elsewhere": ["item-0-0"]])
    #expect(verdict == (try judge(scores, [:])))
    let both = try judge(scores, ["alpha-0": ids(64)], related: ["alpha-0"])
    #expect(
      both.tasks.first { $0.task == "alpha-0" }?.reason
        == "related: its labels are the fine-tuning labels; contaminated: 64 of 128 items are in the fine-tuning data")
  }

  @Test("where too little is left it is no verdict, which is found before anything is asked")
  func enough() throws {
    let scores = try scores(lost: [:])
    let families = ["alpha", "beta", "delta"].flatMap { ["\($0)-0", "\($0)-1"] }
    let leaked = Dictionary(uniqueKeysWithValues: families.map { ($0, ids(64)) })
    let reason = try refusal { try judge(scores, leaked) }
    #expect(reason?.hasPrefix("too little evidence: 1 of 4 families can vote, 2 needed") == true, "\(reason ?? "")")
    #expect(reason?.contains("alpha-0 is admitted and does not vote here: 64 of 128 items") == true)
    func demand(_ contaminated: [String: Set<String>], _ share: String) throws -> String? {
      try refusal {
        try Verdict.demandEnough(
          scores.baseline, share: Share(parsing: share), policy: policy, contaminated: contaminated)
      }
    }
    #expect(try demand(leaked, "1") == reason)
    #expect(try demand([:], "1") == nil)
    // Of half of alpha-0's blocks two are gone, which leaves enough; of half of six tasks' three of eight each do not.
    #expect(try demand(["alpha-0": ids(16)], "1/2") == nil)
    let early = Dictionary(uniqueKeysWithValues: families.map { ($0, ids(24)) })
    #expect(try demand(early, "1/2")?.contains("1 of 4 families can vote") == true)
  }
}

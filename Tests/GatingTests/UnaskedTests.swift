import Diagnostics
import Gating
import Suites
import Testing

@Suite("Tasks without a vote need not be asked")
struct UnaskedTests {
  private let fixture = Fixture()
  private let policy = GateSettings().policy

  private func scores() throws -> (baseline: Baseline, candidate: [ItemScore]) {
    var random = Seeded(state: 3)
    return (try fixture.baseline(fixture.scores(random: &random)), fixture.scores(fewShot: 0.78, random: &random))
  }

  @Test("the verdict is the same; the tasks are in the report without scores, and named")
  func same() throws {
    let (baseline, candidate) = try scores()
    let related: Set<String> = ["alpha-0", "beta-1"]
    func judge(_ scores: [ItemScore], unasked: Set<String>) throws -> Verdict {
      try Verdict.judge(
        baseline: baseline, candidate: fixture.description(), scores: scores, policy: policy, related: related,
        unasked: unasked)
    }
    let whole = try judge(candidate, unasked: [])
    let part = try judge(candidate.filter { !related.contains($0.task) }, unasked: related)
    #expect(part.outcome == whole.outcome && part.units == whole.units && part.coverage == whole.coverage)
    for task in part.tasks where related.contains(task.task) {
      #expect(task.items == 0 && task.blocks == 0 && task.shots.isEmpty && task.drop == nil)
    }
    #expect(part.tasks.filter { !related.contains($0.task) } == whole.tasks.filter { !related.contains($0.task) })
    #expect(
      part.notes.last
        == Note(.note, "2 tasks without a vote were not asked: alpha-0, beta-1; '--reported ask' asks them too"))
    #expect(try judge(candidate, unasked: related) == whole)
  }

  @Test("a task that votes is never left out, whoever says that it may be")
  func voting() throws {
    let (baseline, candidate) = try scores()
    let part = candidate.filter { $0.task != "gamma-0" }
    for unasked in [Set<String>(), ["gamma-0"], ["gamma-1"]] {
      let refusal = try #require(throws: NotGateable.self) {
        try Verdict.judge(
          baseline: baseline, candidate: fixture.description(), scores: part, policy: policy, unasked: unasked)
      }
      #expect(refusal.reason.contains("the candidate has no scores of task gamma-0"))
    }
  }
}

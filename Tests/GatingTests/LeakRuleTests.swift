import Diagnostics
import Gating
import Suites
import Testing

@Suite("max_leak_mass")
struct LeakRuleTests {
  let fixture = Fixture()
  let policy = GateSettings(
    maxDrop: .off, maxDropLargestK: .off, maxErrorRatio: .off, minRetention: .off,
    maxLeakMass: RuleLimits(overall: 0.1)
  ).policy

  private func leaks(_ mass: (_ item: Int) -> Double, skipping isSkipped: (Int) -> Bool = { _ in false }) -> [LeakScore]
  {
    fixture.facts.flatMap { task in
      (0..<128).filter { !isSkipped($0) }.map {
        LeakScore(task: task.task, item: "item-\($0 / 8)-\($0 % 8)", mass: mass($0))
      }
    }
  }

  private func judge(_ leaks: LeakContrast?) throws -> Verdict {
    var random = Seeded(state: 4)
    let scores = fixture.scores(random: &random)
    return try Verdict.judge(
      baseline: try fixture.baseline(scores), candidate: fixture.description(), scores: scores, policy: policy,
      leaks: leaks)
  }

  @Test("the rise is judged, not the mass: .30 over the base FAILs at .10, a base that leaks as much PASSes")
  func rise() throws {
    func wavering(_ item: Int) -> Double { Double(item % 3) * 0.01 }
    let base = leaks(wavering)
    let risen = try judge(LeakContrast(base: base, candidate: leaks { wavering($0) + 0.3 }))
    #expect(risen.outcome == .fail)
    let unit = try #require(risen.units.first)
    #expect(abs((unit.degradation?.drop ?? 0) - 0.3) < 1e-12)
    #expect(unit.margin == 0.1)
    let same = leaks { wavering($0) + 0.4 }
    #expect(try judge(LeakContrast(base: same, candidate: same)).outcome == .pass)
    // A fall is no harm.
    #expect(try judge(LeakContrast(base: same, candidate: base)).outcome == .pass)
  }

  @Test("an item whose own answer is a label is left out of the mean")
  func skipped() throws {
    let base = leaks({ _ in 0 }, skipping: { $0 % 2 == 0 })
    let candidate = leaks({ $0 % 2 == 0 ? 1 : 0.2 }, skipping: { $0 % 2 == 0 })
    let unit = try #require(try judge(LeakContrast(base: base, candidate: candidate)).units.first)
    #expect(abs((unit.degradation?.drop ?? 0) - 0.2) < 1e-12)
  }

  @Test("without leak masses the rule is not passed over: NOT GATEABLE")
  func unasked() throws {
    let reason = try refusal { try judge(nil) }
    #expect(reason?.contains("max_leak_mass cannot vote") == true)
  }

  @Test("before anything is asked nothing is known of leaks, and nothing is refused for it; a plan says so")
  func before() throws {
    var random = Seeded(state: 4)
    let baseline = try fixture.baseline(fixture.scores(random: &random))
    try Verdict.demandEnough(baseline, share: .all, policy: policy)
    let both = GateSettings(maxLeakMass: RuleLimits(overall: 0.1)).policy
    let plan = try GatePlan(baseline: baseline, policy: both, share: .all)
    #expect(plan.refusal == nil && plan.notes.contains { $0.text.contains("max_leak_mass") })
  }
}

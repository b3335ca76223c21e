import Diagnostics
import Foundation
import Gating
import Suites
import Testing

@Suite("What a gate could find, before anything is asked")
struct GatePlanTests {
  private let fixture = Fixture()

  private func baseline(seed: UInt64 = 31, able: (TaskFacts) -> Bool = { _ in true }) throws -> Baseline {
    var random = Seeded(state: seed)
    return try fixture.baseline(
      fixture.scores(random: &random, tasks: able)
        + fixture.scores(fewShot: 0.05, random: &random, tasks: { !able($0) }))
  }

  private func plan(
    _ baseline: Baseline, share: String = "1", assumptions: PlanAssumptions = PlanAssumptions(),
    _ settings: GateSettings = GateSettings()
  ) throws -> GatePlan {
    try GatePlan(
      baseline: baseline, policy: settings.policy, share: Share(parsing: share), assumptions: assumptions)
  }

  @Test("an item's difference has a standard deviation of .30 over three k, by the defaults")
  func deviation() throws {
    // One k: ψ itself; three k at a correlation of .4: ψ (1 + 2 · .4)/3 = .09.
    let baseline = try Baseline(
      createdBy: "test", run: fixture.description(), tasks: fixture.facts,
      scores: fixture.facts.flatMap { task in
        (0..<128).flatMap { item in
          [0, 1, 2, 4].map { score(task.task, item: "i\(item)", block: item / 8, k: $0, isRight: $0 > 0) }
        }
      }, familyMargin: 0.1)
    let free = PlanAssumptions(intraclassCorrelation: 0)
    let overall = try #require(try plan(baseline, assumptions: free).units.first?.precision)
    #expect(isClose(overall.standardError, 0.3 / 1024.0.squareRoot()))
    let single = try #require(
      try plan(baseline, assumptions: free, GateSettings(maxDrop: RuleLimits(overall: 0.05, shots: [4]))).units.first)
    #expect(isClose(single.precision?.standardError, 0.15.squareRoot() / 1024.0.squareRoot()))
  }

  @Test("the figures are those of the formulas, worked out with scipy")
  func figures() throws {
    // Eight tasks of 128 items in 16 blocks, two k: σ² = .15 (1 + .4)/2 = .105, design effect 1 + 7 · .05 = 1.35,
    // SE = √(.105 · 1.35/1024), 120 degrees of freedom; t.ppf(.95, 120), t.ppf(.99, 120), norm.ppf(.8), norm.cdf.
    let units = try plan(baseline()).units
    let overall = try #require(units.first?.precision)
    #expect(isClose(overall.standardError, 0.011765531623135438))
    #expect(isClose(overall.degreesOfFreedom, 120))
    #expect(isClose(overall.smallestPassingMargin, 0.029405265314787304))
    #expect(isClose(overall.smallestFailingDrop, 0.08764318128023038))
    #expect(isClose(overall.passingPower, 0.9952297161839797))
    let family = try #require(units.first { $0.unit == "beta" }?.precision)
    #expect(isClose(family.smallestPassingMargin, 0.059742595744472944))
    #expect(isClose(family.smallestFailingDrop, 0.1776262192434662))
  }

  @Test("a share is less precise, asks for fewer answers, and says which units could not vote")
  func share() throws {
    let baseline = try baseline()
    let whole = try plan(baseline)
    let half = try plan(baseline, share: "1/2")
    #expect(whole.answers == 8 * 128 * 3 && half.answers * 2 == whole.answers)
    for (large, small) in zip(whole.units, half.units) where large.level != .task {
      let (more, less) = (try #require(large.precision), try #require(small.precision))
      #expect(less.smallestPassingMargin > more.smallestPassingMargin)
      #expect(less.smallestFailingDrop > more.smallestFailingDrop)
      #expect(less.passingPower < more.passingPower)
    }
    let eighth = try plan(baseline, share: "1/8")
    #expect(eighth.units.filter { $0.level == .family }.allSatisfy { $0.reason == "4 blocks, 12 needed" })
    #expect(eighth.refusal?.hasPrefix("too little evidence: 0 of 4 families can vote") == true)
    #expect(whole.refusal == nil && half.refusal == nil)
  }

  @Test("a family that the base cannot do has no figures; of logprobs nothing is assumed")
  func silent() throws {
    let plan = try plan(
      baseline(able: { $0.family != "beta" }), GateSettings(maxLogprobDrop: RuleLimits(overall: 0.5)))
    let beta = try #require(plan.units.first { $0.unit == "beta" })
    #expect(beta.reason == "no admitted task" && beta.precision == nil)
    let nats = try #require(plan.units.last)
    #expect(nats.rule == "max_logprob_drop" && nats.reason == nil && nats.precision == nil)
  }

  @Test("few-shot ability kept: the margin is a share of the base's own gain, and its own error counts")
  func retention() throws {
    let unit = try #require(try plan(baseline()).units.last)
    #expect(unit.rule == "min_retention")
    let margin = try #require(unit.margin)
    // The fixture gains .75 over zero-shot.
    #expect(abs(margin - 0.2 * 0.75) < 0.02)
    let precision = try #require(unit.precision)
    #expect(precision.standardError > 0.011765531623135438)
    #expect(precision.passingPower > 0.99)
  }
}

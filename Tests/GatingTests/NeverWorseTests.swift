import Diagnostics
import Gating
import Suites
import Testing

@Suite("A candidate that is at least as good at every k on every item never FAILs")
struct NeverWorseTests {
  private let shots = [0, 1, 4, 8]

  private func limits(_ random: inout Seeded, _ range: ClosedRange<Double>, families: [String]) -> RuleLimits {
    let asked = shots.dropFirst().filter { _ in Bool.random(using: &random) }
    return RuleLimits(
      overall: Double.random(in: range, using: &random), family: Double.random(in: range, using: &random),
      families: Bool.random(using: &random) ? [families[0]: Double.random(in: range, using: &random)] : [:],
      shots: asked.isEmpty ? nil : Array(asked))
  }

  /// Random answers of a base that may be good, bad, or better without demonstrations, and of a candidate that is nowhere
  /// worse.
  private func scores(
    _ fixture: Fixture, draws: Int, _ random: inout Seeded
  ) -> (base: [ItemScore], candidate: [ItemScore]) {
    let rescue = Bool.random(using: &random) ? Double.random(in: 0...1, using: &random) : 0
    var base: [ItemScore] = []
    var candidate: [ItemScore] = []
    for task in fixture.facts {
      let rates = shots.map { Double.random(in: 0...($0 == 0 ? 0.6 : 1), using: &random) }
      for item in 0..<(fixture.blocks * 8) {
        for draw in 0..<draws {
          for (k, rate) in zip(shots, rates) {
            let isRight = Double.random(in: 0..<1, using: &random) < rate
            let logprob = -Double.random(in: 0...6, using: &random)
            let isBetter = Double.random(in: 0..<1, using: &random) < rescue
            for isCandidate in [false, true] {
              let score = ItemScore(
                task: task.task, item: "i\(item)", block: item / 8, k: k, draw: draw, condition: .gold,
                exactMatch: isRight || (isCandidate && isBetter),
                logprob: isCandidate && isBetter ? logprob * Double.random(in: 0...1, using: &random) : logprob,
                choiceCorrect: nil)
              if isCandidate { candidate.append(score) } else { base.append(score) }
            }
          }
        }
      }
    }
    return (base, candidate)
  }

  @Test("over 3,000 random models, rules, shares, labels and leaks", arguments: 0..<6)
  func never(part: Int) throws {
    var judged = 0
    var passed = 0
    for seed in 0..<500 {
      var random = Seeded(state: UInt64(part * 500 + seed))
      let fixture = Fixture(families: ["a": 1, "b": 2], blocks: Int.random(in: 12...16, using: &random))
      let draws = Int.random(in: 1...5, using: &random) == 1 ? 2 : 1
      let (base, candidate) = scores(fixture, draws: draws, &random)
      let names = ["a", "b"]
      let settings = GateSettings(
        maxDrop: limits(&random, 0.001...0.3, families: names),
        maxDropLargestK: limits(&random, 0.001...0.3, families: names),
        maxErrorRatio: limits(&random, 1.001...3, families: names),
        maxRelativeDrop: limits(&random, 0.001...0.9, families: names),
        minRetention: limits(&random, 0.05...0.999, families: names),
        maxProbabilityDrop: limits(&random, 0.001...0.3, families: names),
        maxLogprobDrop: limits(&random, 0.001...3, families: names), minFamilies: 1)
      let baseline = try Baseline(
        createdBy: "test", run: fixture.description(draws: draws), tasks: fixture.facts, scores: base,
        familyMargin: 0.05)
      let asked = Bool.random(using: &random) ? fixture.blocks : Int.random(in: 8...fixture.blocks, using: &random)
      let leaked = Bool.random(using: &random) ? ["b-1": Set((0..<12).map { "i\($0 * 2)" })] : [:]
      do {
        let verdict = try Verdict.judge(
          baseline: baseline, candidate: fixture.description(draws: draws),
          scores: candidate.filter { $0.block < asked }, policy: settings.policy,
          related: Int.random(in: 0..<4, using: &random) == 0 ? ["b-0"] : [], contaminated: leaked)
        judged += 1
        if verdict.outcome == .pass { passed += 1 }
        #expect(verdict.outcome != .fail, "part \(part), seed \(seed)")
        #expect(!verdict.units.contains { $0.outcome == .fail }, "part \(part), seed \(seed)")
      } catch is NotGateable {
        continue
      }
    }
    // The cases have to reach a verdict, and verdicts of both kinds, for the property to say anything.
    #expect(judged > 150 && passed > 0 && passed < judged, "\(judged) judged, \(passed) passed")
  }
}

import Gating
import Suites
import Testing

@Suite("Verdicts")
struct VerdictTests {
  struct Cases: Decodable {
    struct Task: Decodable {
      let task, family: String
      let base, candidate: [String: String]
    }
    struct Unit: Decodable {
      let unit, outcome: String
      let drop, se, df, lower, p_pass, p_fail, p_fail_adjusted: Double
    }
    struct Case: Decodable {
      let tasks: [Task]
      let units: [Unit]
      let outcome: String
    }
    let verdicts: [Case]
  }

  private let policy = GateSettings().policy

  private func scores(_ tasks: [Cases.Task], _ side: KeyPath<Cases.Task, [String: String]>) -> [ItemScore] {
    tasks.flatMap { task in
      task[keyPath: side].flatMap { k, answers in
        answers.enumerated().map {
          score(task.task, item: "i\($0)", block: $0 / 8, k: Int(k) ?? -1, isRight: $1 == "1")
        }
      }
    }
  }

  @Test("every unit's drop, error, degrees of freedom, bound, p values and outcome are those of statsmodels and scipy")
  func goldens() throws {
    for golden in try Goldens.load("gates", as: Cases.self).verdicts {
      let facts = golden.tasks.map { TaskFacts(task: $0.task, family: $0.family, chance: 0.05) }
      let run = RunDescription(
        model: ModelDescription(name: "m", weights: "w", tokenizer: "t", configuration: "c", storage: "f32"),
        numerics: "1", scoring: 1, bos: "none", suite: Fixture.suite, draws: 1,
        tokenHashes: Dictionary(uniqueKeysWithValues: facts.map { ($0.task, "ids") }))
      let baseline = try Baseline(
        createdBy: "test", run: run, tasks: facts, scores: scores(golden.tasks, \.base), familyMargin: 0.10)
      let verdict = try Verdict.judge(
        baseline: baseline, candidate: run, scores: scores(golden.tasks, \.candidate),
        policy: GateSettings.drops.policy)
      #expect(verdict.outcome.rawValue == golden.outcome)
      #expect(verdict.units.map(\.unit) == golden.units.map(\.unit))
      for (unit, expected) in zip(verdict.units, golden.units) {
        let evidence = try #require(unit.evidence)
        #expect(unit.outcome.rawValue == expected.outcome, "\(unit.unit)")
        #expect(isClose(unit.degradation?.drop, expected.drop), "\(unit.unit)")
        #expect(isClose(evidence.standardError, expected.se), "\(unit.unit)")
        #expect(isClose(evidence.degreesOfFreedom, expected.df), "\(unit.unit)")
        #expect(isClose(evidence.lowerBound, expected.lower), "\(unit.unit)")
        #expect(isClose(evidence.pPass, expected.p_pass), "\(unit.unit)")
        #expect(isClose(evidence.pFail, expected.p_fail), "\(unit.unit)")
        #expect(isClose(evidence.pFailAdjusted, expected.p_fail_adjusted), "\(unit.unit)")
        #expect((evidence.upperBound < 0) == (unit.outcome == .fail), "\(unit.unit)")
      }
    }
  }

  @Test("the base against itself passes, and its sentence says so")
  func itself() throws {
    var random = Seeded(state: 1)
    let fixture = Fixture()
    let scores = fixture.scores(random: &random)
    let verdict = try Verdict.judge(
      baseline: fixture.baseline(scores), candidate: fixture.description(), scores: scores, policy: policy)
    #expect(verdict.outcome == .pass)
    #expect(verdict.units.allSatisfy { $0.outcome == .pass && $0.degradation?.drop == 0 })
    #expect(
      verdict.sentence
        == "PASS: few-shot exact match is unchanged (at most 0.3; margin 5.0) overall; "
        + "4 of 4 families stayed within 10.0 points; 100.0 % of the few-shot gain is kept (80.0 % demanded) overall; "
        + "coverage 8 of 8 tasks, 4 of 4 families, 128 of 128 blocks")
  }

  @Test("a collapse fails overall and in each family, and states its size, its interval and its coverage")
  func collapse() throws {
    var random = Seeded(state: 2)
    let fixture = Fixture()
    let verdict = try Verdict.judge(
      baseline: fixture.baseline(fixture.scores(random: &random)), candidate: fixture.description(storage: "q4_1"),
      scores: fixture.scores(fewShot: 0.3, random: &random), policy: GateSettings.dropsAndRetention.policy)
    #expect(verdict.outcome == .fail)
    #expect(verdict.units.allSatisfy { $0.outcome == .fail })
    let overall = try #require(verdict.units.first)
    let loss = try #require(overall.degradation)
    let drop = loss.drop
    let kept = points(try #require(loss.retention))
    let evidence = try #require(overall.evidence)
    #expect(
      verdict.sentence
        == "FAIL: few-shot exact match fell by \(points(drop)) points (at least \(points(0.05 - evidence.upperBound)); "
        + "margin 5.0) overall; 4 of 4 families fell beyond 10.0 points; "
        + "\(kept) % of the few-shot gain is kept (80.0 % demanded) overall; coverage 8 of 8 tasks, 4 of 4 families, 128 of 128 blocks; "
        + "warning: storage differs: baseline bf16, candidate q4_1")
    #expect(isClose(loss.chanceCorrected, loss.drop / (loss.base - 0.05)))
    #expect(isClose(loss.relative, loss.drop / loss.base))
    let zeroShot = try #require(loss.baseZeroShot)
    // Each item's gain from the lower of both answers without demonstrations.
    let lower = try #require(loss.lowerZeroShot)
    #expect(lower < zeroShot && isClose(loss.retention, (loss.candidate - lower) / (loss.base - zeroShot)))
    #expect(isClose(loss.errorRatio, (1 - loss.candidate) / (1 - loss.base)))
    #expect(try #require(verdict.spread).worstDrop >= (try #require(verdict.spread)).medianDrop)
    let task = try #require(verdict.tasks.first)
    #expect(task.shots.map(\.k) == [0, 1, 4])
    // A wrong answer's logprob is 2.25 nats lower in the fixture.
    #expect(isClose(task.logprobDrop, 2.25 * (task.drop ?? 0)))
  }

  @Test("simulated: without a drop it mostly passes and never fails; a drop of .20 fails")
  func simulation() throws {
    var outcomes: [Double: [Outcome]] = [:]
    for seed in 0..<40 {
      var random = Seeded(state: UInt64(1000 + seed))
      let fixture = Fixture(families: ["a": 2, "b": 2, "c": 2, "d": 2, "e": 2, "f": 2])
      let baseline = try fixture.baseline(fixture.scores(random: &random))
      for drop in [0.0, 0.2] {
        let scores = fixture.scores(fewShot: 0.8 - drop, random: &random)
        let verdict = try Verdict.judge(
          baseline: baseline, candidate: fixture.description(), scores: scores, policy: policy)
        outcomes[drop, default: []].append(verdict.outcome)
      }
    }
    let same = outcomes[0] ?? []
    let lost = outcomes[0.2] ?? []
    #expect(same.filter { $0 == .pass }.count >= 32)
    #expect(!same.contains(.fail))
    #expect(lost.allSatisfy { $0 == .fail })
  }
}

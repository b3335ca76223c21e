import Diagnostics
import Foundation
import Gating
import Suites
import Testing

@Suite("Rules: a drop, a relative drop, few-shot ability kept, a drop of logprob")
struct RuleTests {
  struct Cases: Decodable {
    struct Task: Decodable {
      let task, family: String
      let base, candidate: [String: String]
    }
    struct Unit: Decodable {
      let rule, unit: String
      let margin, se, df, lower, p_pass, p_fail: Double
    }
    struct Case: Decodable {
      let tasks: [Task]
      let units: [Unit]
    }
    let cases: [Case]
  }

  private let fixture = Fixture()

  private func scores(_ tasks: [Cases.Task], _ side: KeyPath<Cases.Task, [String: String]>) -> [ItemScore] {
    tasks.flatMap { task in
      task[keyPath: side].flatMap { k, answers in
        answers.enumerated().map {
          score(task.task, item: "i\($0)", block: $0 / 8, k: Int(k) ?? -1, isRight: $1 == "1")
        }
      }
    }
  }

  @Test("every rule's margin, error, degrees of freedom, bound and p values are those of statsmodels and scipy")
  func goldens() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Goldens/gating/rules.json"))
    let policy = GateSettings(
      maxDrop: RuleLimits(overall: 0.06, family: 0.12, task: 0.25), maxDropLargestK: RuleLimits(overall: 0.05),
      maxErrorRatio: RuleLimits(overall: 1.5),
      maxRelativeDrop: RuleLimits(overall: 0.15, family: 0.3),
      minRetention: RuleLimits(overall: 0.8, family: 0.7, shots: [4]), maxProbabilityDrop: RuleLimits(overall: 0.1),
      maxLogprobDrop: RuleLimits(overall: 0.3)
    ).policy
    for golden in try JSONDecoder().decode(Cases.self, from: data).cases {
      let facts = golden.tasks.map { TaskFacts(task: $0.task, family: $0.family, chance: 0.1) }
      let run = RunDescription(
        model: ModelDescription(name: "m", weights: "w", tokenizer: "t", configuration: "c", storage: "f32"),
        numerics: "1", scoring: 1, bos: "none", suite: Fixture.suite, draws: 1,
        tokenHashes: Dictionary(uniqueKeysWithValues: facts.map { ($0.task, "ids") }))
      let baseline = try Baseline(
        createdBy: "test", run: run, tasks: facts, scores: scores(golden.tasks, \.base), familyMargin: 0.12)
      let verdict = try Verdict.judge(
        baseline: baseline, candidate: run, scores: scores(golden.tasks, \.candidate), policy: policy)
      #expect(verdict.units.map { "\($0.rule) \($0.unit)" } == golden.units.map { "\($0.rule) \($0.unit)" })
      for (unit, expected) in zip(verdict.units, golden.units) {
        let evidence = try #require(unit.evidence)
        #expect(isClose(unit.margin, expected.margin), "\(unit.rule) \(unit.unit)")
        #expect(isClose(evidence.standardError, expected.se), "\(unit.rule) \(unit.unit)")
        #expect(isClose(evidence.degreesOfFreedom, expected.df), "\(unit.rule) \(unit.unit)")
        #expect(isClose(evidence.lowerBound, expected.lower), "\(unit.rule) \(unit.unit)")
        #expect(isClose(evidence.pPass, expected.p_pass), "\(unit.rule) \(unit.unit)")
        #expect(isClose(evidence.pFail, expected.p_fail), "\(unit.rule) \(unit.unit)")
      }
    }
  }

  private func judge(
    _ base: [ItemScore], _ candidate: [ItemScore], _ settings: GateSettings, fixture: Fixture? = nil
  ) throws -> Verdict {
    let fixture = fixture ?? self.fixture
    return try Verdict.judge(
      baseline: fixture.baseline(base), candidate: fixture.description(), scores: candidate, policy: settings.policy)
  }

  @Test("every rule says in the verdict line what it found")
  func sentences() throws {
    var random = Seeded(state: 3)
    let base = fixture.scores(random: &random)
    let lost = fixture.scores(fewShot: 0.4, random: &random)
    let settings = GateSettings(
      maxDrop: .off, maxDropLargestK: .off, maxErrorRatio: .off,
      maxRelativeDrop: RuleLimits(overall: 0.1, family: 0.2, shots: [4]),
      minRetention: RuleLimits(family: 0.7), maxLogprobDrop: RuleLimits(overall: 0.5))
    let sentence = try judge(base, lost, settings).sentence
    #expect(sentence.hasPrefix("FAIL: "))
    #expect(sentence.contains(" % of what is above chance is lost (10.0 % allowed) at k = 4 overall; "))
    #expect(sentence.contains("4 of 4 families lost more than 20.0 % of what is above chance; "))
    #expect(sentence.contains("4 of 4 families kept less than 70.0 % of the few-shot gain; "))
    #expect(sentence.contains("few-shot answer logprob fell by "))
    let same = try judge(base, base, settings).sentence
    #expect(same.hasPrefix("PASS: 0.0 % of what is above chance is lost"))
    #expect(same.contains("4 of 4 families lost at most 20.0 % of what is above chance; "))
    #expect(same.contains("4 of 4 families kept 70.0 % of the few-shot gain; "))
  }

  @Test("a family's own limit wins; a name that no family has is refused, the nearest named")
  func familyLimits() throws {
    var random = Seeded(state: 4)
    let base = fixture.scores(random: &random)
    let candidate =
      fixture.scores(fewShot: 0.4, random: &random, tasks: { $0.family == "beta" })
      + base.filter { !$0.task.hasPrefix("beta") }
    let strict = GateSettings(
      maxDrop: RuleLimits(family: 0.1), maxDropLargestK: .off, maxErrorRatio: .off, minRetention: .off)
    #expect(try judge(base, candidate, strict).outcome == .fail)
    let lenient = GateSettings(
      maxDrop: RuleLimits(family: 0.1, families: ["beta": 0.7]), maxDropLargestK: .off, maxErrorRatio: .off,
      minRetention: .off)
    let verdict = try judge(base, candidate, lenient)
    #expect(verdict.outcome == .pass)
    #expect(verdict.units.map(\.unit) == ["alpha", "delta", "gamma", "beta"])
    #expect(verdict.units.map(\.limit) == [0.1, 0.1, 0.1, 0.7])
    #expect(verdict.sentence.contains("4 of 4 families stayed within their margins"))
    let unknown = GateSettings(maxDrop: RuleLimits(overall: 0.1, families: ["betta": 0.7]))
    #expect(
      try refusal { try judge(base, candidate, unknown) }
        == "gate.max_drop.families names 'betta', and the baseline has no such family; did you mean 'beta'?")
  }

  @Test("a rule about a k that was never asked is refused, overall and by family")
  func unasked() throws {
    var random = Seeded(state: 5)
    let base = fixture.scores(random: &random)
    for limits in [RuleLimits(overall: 0.1, shots: [16]), RuleLimits(family: 0.1, shots: [16])] {
      #expect(
        try refusal { try judge(base, base, GateSettings(maxRelativeDrop: limits)) }
          == "too little evidence: rule max_relative_drop cannot vote: a task has no exact_match at the rule's shots; "
          + "score a larger share, or turn the rule off in gate")
    }
  }

  @Test("where the base has nothing that could be kept or lost the rule does not vote, and the verdict line says so")
  func moot() throws {
    // At k = 1 the base is no better than without demonstrations, and below chance; at k = 4 it knows everything.
    let fixture = Fixture()
    let base = fixture.facts.flatMap { task in
      (0..<128).flatMap { item in
        [0, 1, 4].map { k in
          score(task.task, item: "i\(item)", block: item / 8, k: k, isRight: k == 4 || (k == 0 && item % 8 == 0))
        }
      }
    }
    let settings = GateSettings(
      maxDropLargestK: .off, maxErrorRatio: .off,
      maxRelativeDrop: RuleLimits(overall: 0.1, family: 0.1, shots: [1]),
      minRetention: RuleLimits(overall: 0.8, shots: [1]))
    let verdict = try judge(base, base, settings)
    #expect(verdict.outcome == .pass)
    let moot = verdict.units.filter { $0.rule != "max_drop" }
    #expect(moot.count == 6 && moot.allSatisfy { !$0.votes })
    let warning = "warning: rule min_retention does not vote overall: the base gains nothing over zero-shot"
    #expect(verdict.sentence.contains(warning))
    #expect(verdict.sentence.contains("rule max_relative_drop does not vote overall: the base is not above chance"))
  }
}

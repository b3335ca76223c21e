import Foundation
import Gating
import Suites
import Testing

@Suite("What the second edition judges")
struct SecondEditionTests {
  private let fixture = Fixture(blocks: 16)

  /// Scores whose rate of right answers is given by k: every item in turn, so that each block has its share.
  private func scores(
    _ rates: [Int: Double], only tasks: (String) -> Bool = { _ in true }, else other: [Int: Double]? = nil
  )
    -> [ItemScore]
  {
    fixture.facts.flatMap { task in
      (0..<128).flatMap { item in
        fixture.shots.map { k in
          let rate = (tasks(task.task) ? rates : other ?? rates)[k] ?? 0
          let place = Double((item * 37 + item / 8 * 5) % 128) / 128
          return score(task.task, item: "i\(item)", block: item / 8, k: k, isRight: place < rate)
        }
      }
    }
  }

  private func judge(_ base: [ItemScore], _ candidate: [ItemScore], _ settings: GateSettings = GateSettings()) throws
    -> Verdict
  {
    try Verdict.judge(
      baseline: fixture.baseline(base), candidate: fixture.description(), scores: candidate, policy: settings.policy)
  }

  @Test("what was won with one demonstration does not pay for what was lost with all")
  func trade() throws {
    let base = scores([0: 0, 1: 0.5, 4: 0.9])
    let traded = scores([0: 0, 1: 0.65, 4: 0.75])
    #expect(try judge(base, traded, .drops).outcome == .pass)
    let verdict = try judge(base, traded)
    #expect(verdict.outcome == .fail)
    let unit = try #require(verdict.units.first { $0.rule == "max_drop_largest_k" })
    #expect(unit.outcome == .fail && unit.shots == [4])
    #expect(verdict.sentence.contains("at k = 4 overall"))
  }

  @Test(
    "retention is moot where demonstrations hardly help the base, and counts a candidate's gain from its own zero-shot")
  func retention() throws {
    let only = GateSettings(maxDropLargestK: .off, maxErrorRatio: .off)
    // A base that is good without demonstrations has nothing to keep a share of; the rule says so in a note, not as INCONCLUSIVE.
    let strong = scores([0: 0.7, 1: 0.9, 4: 0.9])
    let baseline = try Baseline(
      createdBy: "test", run: fixture.description(), tasks: fixture.facts, scores: strong, familyMargin: 0.05)
    let same = try Verdict.judge(
      baseline: baseline, candidate: fixture.description(), scores: strong, policy: only.policy)
    let moot = try #require(same.units.first { $0.rule == "min_retention" })
    #expect(
      moot.outcome == .uninformative
        && moot.reason?.contains("points over zero-shot, too few to take a share of (25.0 needed)") == true)
    #expect(same.outcome == .pass && same.notes.contains { $0.severity == .note && $0.text.contains("min_retention") })
    // A general loss of ten points: what demonstrations give is as large as before.
    let base = scores([0: 0.3, 1: 0.8, 4: 0.8])
    let lower = try judge(base, scores([0: 0.2, 1: 0.7, 4: 0.7]), only)
    #expect(lower.units.first { $0.rule == "min_retention" }?.outcome == .pass)
    #expect(lower.outcome == .fail)
  }

  @Test("at the ceiling a doubling of errors is seen that five points are not")
  func errors() throws {
    let base = scores([0: 0, 1: 0.97, 4: 0.97])
    let doubled = scores([0: 0, 1: 0.93, 4: 0.93])
    #expect(try judge(base, doubled, .drops).outcome == .pass)
    let verdict = try judge(base, doubled)
    let unit = try #require(verdict.units.first { $0.rule == "max_error_ratio" })
    #expect(unit.outcome != .pass && verdict.outcome != .pass)
    #expect(abs((unit.degradation?.errorRatio ?? 0) - 2.25) < 0.3)
  }

  @Test("a task that lost half of its ability FAILs by itself, whatever its family says")
  func tripwire() throws {
    let fixture = Fixture(families: ["alpha": 3, "beta": 3], blocks: 16)
    func scores(_ lost: Bool) -> [ItemScore] {
      fixture.facts.flatMap { task in
        (0..<128).flatMap { item in
          fixture.shots.map { k in
            let rate = k == 0 ? 0 : lost && task.task == "alpha-0" ? 0.4 : 0.8
            return score(
              task.task, item: "i\(item)", block: item / 8, k: k,
              isRight: Double((item * 37 + item / 8 * 5) % 128) / 128 < rate)
          }
        }
      }
    }
    let verdict = try Verdict.judge(
      baseline: fixture.baseline(scores(false)), candidate: fixture.description(), scores: scores(true),
      policy: GateSettings().policy)
    #expect(verdict.units.first { $0.level == .task && $0.unit == "alpha-0" }?.outcome == .fail)
    #expect(verdict.sentence.contains("alpha-0 fell beyond 25.0 points"))
    #expect(verdict.units.filter { $0.level == .task }.count == 6)
  }

  @Test("answers lost and won are counted, and the gold answer's probability stands beside them")
  func flips() throws {
    let base = scores([0: 0, 1: 0.5, 4: 0.9])
    let traded = scores([0: 0, 1: 0.65, 4: 0.75])
    let task = try #require(try judge(base, traded).tasks.first)
    #expect(task.lost == 19 && task.won == 20)
    let drop = try #require(task.probabilityDrop)
    // One more won than lost, over two k of 128 items: probabilities of .78 and .08 change places.
    #expect(abs(drop + (exp(-0.25) - exp(-2.5)) / 256) < 1e-12)
    let lost = try judge(
      base, scores([0: 0, 1: 0.5, 4: 0.4]), GateSettings(maxProbabilityDrop: RuleLimits(overall: 0.1)))
    let unit = try #require(lost.units.first { $0.metric == .probability })
    #expect(unit.outcome == .fail)
    #expect(abs((unit.degradation?.drop ?? 0) - 0.25 * (exp(-0.25) - exp(-2.5))) < 0.01)
  }

  @Test("a plan takes discordance from candidates that did not fail, and says of how many")
  func evidence() throws {
    let base = scores([0: 0, 1: 0.5, 4: 0.9])
    let near = try judge(base, scores([0: 0, 1: 0.52, 4: 0.88]), .drops)
    let far = try judge(base, scores([0: 0, 1: 0.1, 4: 0.1]), .drops)
    #expect(near.outcome == .pass && far.outcome == .fail)
    let found = try #require(PlanAssumptions([near, far, near]))
    #expect(found.candidates == 2 && abs(found.discordance - 0.02) < 0.01)
    #expect(PlanAssumptions([far]) == nil)
  }
}

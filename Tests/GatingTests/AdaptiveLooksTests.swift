import Foundation
import Gating
import Suites
import Testing

@Suite("An adaptive gate")
struct AdaptiveLooksTests {
  let fixture = Fixture()
  let policy = GateSettings(
    maxDrop: RuleLimits(overall: 0.2, family: 0.10), maxDropLargestK: .off, maxErrorRatio: .off, minRetention: .off
  ).policy

  /// Scores of a draw that the base mostly gets right; the candidate loses what `isLost` says.
  private func scores(_ draw: Int, tasks: Set<String>? = nil, isLost: (String, Int) -> Bool = { _, _ in false })
    -> [ItemScore]
  {
    fixture.facts.filter { tasks?.contains($0.task) ?? true }.flatMap { task in
      (0..<128).flatMap { item in
        fixture.shots.map { k in
          ItemScore(
            task: task.task, item: "i\(item)", block: item / 8, k: k, draw: draw, condition: .gold,
            exactMatch: k > 0 && !isLost(task.task, item), logprob: -1, choiceCorrect: nil)
        }
      }
    }
  }

  @Test("each look has a third of every α")
  func levels() {
    for rule in policy.perLook.rules {
      #expect(abs(rule.alphaPass - 0.05 / 3) < 1e-15 && abs(rule.alphaFail - 0.01 / 3) < 1e-15)
    }
  }

  @Test("what is decided at the first look is not asked again; a gate without an open unit has one look")
  func oneLook() throws {
    let baseline = try fixture.baseline(scores(0))
    let verdict = try Verdict.judgeAdaptively(
      baseline: baseline, candidate: fixture.description(), scores: scores(0), policy: policy
    ) { _, _ in
      Issue.record("nothing is open")
      return ([], [])
    }
    #expect(verdict.outcome == .pass)
    #expect(verdict.looks?.map(\.draws) == [1])
  }

  @Test("an open family alone is asked again, its draws are averaged, and what passed stays passed")
  func openFamily() throws {
    let baseline = try fixture.baseline(scores(0))
    // alpha loses half of every fourth block, near its margin and far from certain; the others nothing.
    func lost(_ task: String, _ item: Int) -> Bool {
      task.hasPrefix("alpha") && (item / 8) % 4 == 0 && item % 8 < 4
    }
    var asked: [Range<Int>: Set<String>] = [:]
    let verdict = try Verdict.judgeAdaptively(
      baseline: baseline, candidate: fixture.description(), scores: scores(0, isLost: lost), policy: policy
    ) { draws, tasks in
      asked[draws] = tasks
      // Under further demonstrations nothing is lost: a quarter of the first draw's loss is left at the last look.
      return (draws.flatMap { scores($0, tasks: tasks) }, draws.flatMap { scores($0, tasks: tasks) })
    }
    #expect(asked[1..<2] == ["alpha-0", "alpha-1"])
    #expect(asked.values.allSatisfy { $0 == ["alpha-0", "alpha-1"] })
    #expect(verdict.outcome == .pass)
    let alpha = try #require(verdict.tasks.first { $0.task == "alpha-0" })
    let draws = try #require(verdict.looks?.last?.draws)
    #expect(abs((alpha.drop ?? 0) - 0.125 / Double(draws)) < 1e-12)
    #expect(verdict.looks?.first?.outcome == .inconclusive)
    let beta = try #require(verdict.units.first { $0.unit == "beta" })
    #expect(beta.outcome == .pass)
  }

  @Test("after three looks what is open stays INCONCLUSIVE, with what the items and the demonstrations contribute")
  func threeLooks() throws {
    let baseline = try fixture.baseline(scores(0))
    // The same items are lost under every draw: nothing that demonstrations could help with.
    func lost(_ task: String, _ item: Int) -> Bool { task.hasPrefix("alpha") && (item * 7) % 10 == 0 }
    let verdict = try Verdict.judgeAdaptively(
      baseline: baseline, candidate: fixture.description(), scores: scores(0, isLost: lost), policy: policy
    ) { draws, tasks in
      (draws.flatMap { scores($0, tasks: tasks) }, draws.flatMap { scores($0, tasks: tasks, isLost: lost) })
    }
    #expect(verdict.outcome == .inconclusive)
    #expect(verdict.looks?.map(\.draws) == [1, 2, 4])
    let alpha = try #require(verdict.units.first { $0.unit == "alpha" })
    #expect(alpha.shortfall?.itemShare == 1)
    #expect(alpha.need?.contains("no number of further draws would settle it") == true)
    #expect(alpha.need?.contains("of the squared error 100.0 % is the items' and 0.0 % the demonstrations'") == true)
  }

  @Test("scores of further draws that the base has not are refused")
  func unpaired() throws {
    let baseline = try fixture.baseline(scores(0))
    func lost(_ task: String, _ item: Int) -> Bool { task.hasPrefix("alpha") && (item / 8) % 8 == 0 }
    let reason = try refusal {
      try Verdict.judgeAdaptively(
        baseline: baseline, candidate: fixture.description(), scores: scores(0, isLost: lost), policy: policy
      ) { draws, tasks in ([], draws.flatMap { scores($0, tasks: tasks) }) }
    }
    #expect(reason?.contains("draw 1") == true)
  }
}

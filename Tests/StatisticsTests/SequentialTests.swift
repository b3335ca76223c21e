import Foundation
import Statistics
import Testing

@Suite("Stopping early: evidence by betting")
struct SequentialTests {
  struct Cases: Decodable {
    struct Case: Decodable {
      let label: String
      let margin: Double
      let values, above, below, above_bets, below_bets: [Double]
      let stop: Int?
      let passes: Bool?
    }
    let cases: [Case]
  }

  let cases: [Cases.Case]

  init() throws { cases = try Goldens.load("sequential", as: Cases.self).cases }

  @Test("bets and evidence in both directions are the paper's on [0, 1], recomputed in numpy from the whole past")
  func evidence() throws {
    for golden in cases {
      for (side, evidence, bets) in [
        (BettingProcess.Side.above, golden.above, golden.above_bets), (.below, golden.below, golden.below_bets),
      ] {
        var process = try #require(BettingProcess(side, threshold: -golden.margin))
        for (index, value) in golden.values.enumerated() {
          #expect(isClose(process.bet, bets[index]), "\(golden.label) \(index)")
          process.observe(value)
          #expect(isClose(exp(process.logEvidence), evidence[index], floor: 1e-290), "\(golden.label) \(index)")
        }
        #expect(isClose(process.pValue, min(1, 1 / (evidence.max() ?? 1))))
      }
    }
  }

  @Test("a test stops where either direction first reaches 1/α, and stays stopped")
  func stopping() throws {
    for golden in cases {
      var test = try #require(SequentialTest(margin: golden.margin))
      for value in golden.values { test.observe(value) }
      #expect(test.stoppedAfter == golden.stop, "\(golden.label)")
      #expect(test.outcome == golden.passes.map { $0 ? .pass : .fail }, "\(golden.label)")
    }
  }

  @Test("at the margin itself, wrong verdicts stay below their errors over 2,000 runs of 288 blocks")
  func errors() throws {
    var generator = LinearCongruence(state: 20_250_301)
    var wrong = (pass: 0, fail: 0)
    for _ in 0..<2_000 {
      var test = try #require(SequentialTest(margin: 0.05))
      for _ in 0..<288 {
        // Eight items, 30 % of them lost or won, with 5 points more lost than won.
        var sum = 0.0
        for _ in 0..<8 {
          let u = generator.uniform()
          sum += u < 0.175 ? -1 : u < 0.30 ? 1 : 0
        }
        if let outcome = test.observe(sum / 8) {
          if outcome == .pass { wrong.pass += 1 } else { wrong.fail += 1 }
          break
        }
      }
    }
    #expect(wrong.pass <= 20)
    #expect(wrong.fail <= 8)
  }

  @Test("a bet is never larger than 9/10 of what one value could cost")
  func caps() throws {
    var passing = try #require(BettingProcess(.above, threshold: -0.05))
    var failing = try #require(BettingProcess(.below, threshold: -0.05))
    for _ in 0..<500 {
      passing.observe(1)
      failing.observe(-1)
    }
    #expect(isClose(passing.bet, 0.9 / 0.95))
    #expect(isClose(failing.bet, 0.9 / 1.05))
    let before = passing.logEvidence
    passing.observe(-1)
    #expect(isClose(passing.logEvidence - before, log(0.1)))
    #expect(passing.largestLogEvidence == before)
  }

  @Test("values outside [-1, 1] count as its ends, and what is no number as the worst")
  func senselessValues() throws {
    func after(_ side: BettingProcess.Side, _ values: [Double]) throws -> BettingProcess {
      var process = try #require(BettingProcess(side, threshold: -0.1))
      for value in values { process.observe(value) }
      return process
    }
    #expect(try after(.above, [0.2, 0.3, 7]) == after(.above, [0.2, 0.3, 1]))
    #expect(try after(.above, [0.2, 0.3, -.infinity]) == after(.above, [0.2, 0.3, -1]))
    #expect(try after(.above, [0.2, 0.3, .nan]) == after(.above, [0.2, 0.3, -1]))
    #expect(try after(.below, [-0.2, -0.3, .nan]) == after(.below, [-0.2, -0.3, 1]))
  }

  @Test("nothing seen, nothing proven; margins and caps outside their ranges; the split of the errors; three looks")
  func edges() throws {
    let nothing = try #require(SequentialTest(margin: 0.05))
    #expect(nothing.outcome == nil)
    #expect(nothing.passing.pValue == 1)
    #expect(!nothing.failing.isProven(alpha: 0.01))
    for margin in [-1, 1, 2, .nan] { #expect(SequentialTest(margin: margin) == nil) }
    #expect(BettingProcess(.above, threshold: 0, cap: 1) == nil)
    #expect(BettingProcess(.above, threshold: 0, cap: .nan) == nil)
    #expect(isClose(SequentialTest.Levels.pass.sequential + SequentialTest.Levels.pass.final, 0.05))
    #expect(isClose(SequentialTest.Levels.fail.sequential + SequentialTest.Levels.fail.final, 0.01))
    #expect(isClose(SequentialTest.Levels.pass.level(looks: 3), 0.04 / 3))
    #expect(SequentialTest.Levels.pass.level(looks: 0) == 0.04)
  }
}

/// Knuth's MMIX generator: enough for a simulation that must be the same everywhere.
private struct LinearCongruence {
  var state: UInt64

  mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }
}

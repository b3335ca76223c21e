import Evaluation
import Gating
import Reporting
import Testing

@Suite("Arms at equal target accuracy")
struct MatchedAccuracyTests {
  /// Base, step 50 and step 100 at .02, .80 and .90, with drops of 0, .10 and .20.
  private let curve = [point(0, 0.02, drop: 0), point(50, 0.80, drop: 0.10), point(100, 0.90, drop: 0.20)]

  @Test("between two checkpoints everything is linear in the accuracy")
  func between() throws {
    // (.88 - .80) / (.90 - .80) = .8 of the way from step 50 to step 100.
    let matched = try #require(MatchedPoint(accuracy: 0.88, along: curve))
    expect(matched.step, 90)
    expect(matched.drop, 0.18)
    expect(matched.kept, 0.64)
    expect(matched.dropInterval?.lower, 0.144)
    expect(matched.dropInterval?.upper, 0.216)
    expect(matched.leakMass, 0.36)
  }

  @Test("between the base and the first checkpoint too")
  func fromBase() throws {
    // (.41 - .02) / (.80 - .02) = .5.
    let matched = try #require(MatchedPoint(accuracy: 0.41, along: curve))
    expect(matched.step, 25)
    expect(matched.drop, 0.05)
    expect(matched.kept, 0.90)
  }

  @Test("at a checkpoint it is the checkpoint")
  func exact() throws {
    let matched = try #require(MatchedPoint(accuracy: 0.80, along: curve))
    expect(matched.step, 50)
    expect(matched.drop, 0.10)
  }

  @Test("the first crossing counts, though the curve falls and rises again")
  func first() throws {
    let bent = [point(0, 0, drop: 0), point(10, 0.6, drop: 0.1), point(20, 0.2, drop: 0.5), point(30, 0.9, drop: 0.6)]
    let matched = try #require(MatchedPoint(accuracy: 0.3, along: bent))
    expect(matched.step, 5)
    expect(matched.drop, 0.05)
  }

  @Test("a base that is there already is its own match; an accuracy that is never reached has none")
  func ends() throws {
    #expect(try #require(MatchedPoint(accuracy: 0.01, along: curve)).step == 0)
    #expect(MatchedPoint(accuracy: 0.91, along: curve) == nil)
    #expect(MatchedPoint(accuracy: 0.5, along: []) == nil)
  }

  @Test("a point without a target accuracy is left out")
  func unknown() throws {
    let matched = try #require(
      MatchedPoint(accuracy: 0.85, along: [curve[0].with(target: nil, leakMass: nil), curve[1], curve[2]]))
    expect(matched.step, 75)
    expect(matched.drop, 0.15)
  }

  private func expect(_ value: Double?, _ expected: Double, sourceLocation: SourceLocation = #_sourceLocation) {
    let difference = value.map { abs($0 - expected) } ?? .infinity
    #expect(difference < 1e-12, "\(value ?? .nan), not \(expected)", sourceLocation: sourceLocation)
  }
}

/// A point of a base mean of .5, with an interval of a fifth about its drop, and twice the drop as its leak mass.
private func point(_ step: Int, _ accuracy: Double, drop: Double) -> ExperimentPoint {
  let interval = Interval(0.8 * drop...1.2 * drop)
  return ExperimentPoint(
    step: step, target: TargetAccuracy(accuracy: accuracy, interval: Interval(0...1), samples: 100),
    leakMass: 2 * drop,
    ability: AbilityLeft(
      shots: [], fewShot: 0.5 - drop, kept: 1 - 2 * drop, keptInterval: nil, drop: drop, dropInterval: interval,
      probability: nil),
    verdict: nil, noVerdict: nil, scoringSeconds: 0)
}

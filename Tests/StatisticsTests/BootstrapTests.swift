import Statistics
import Testing

@Suite("The BCa bootstrap over blocks")
struct BootstrapTests {
  struct Cases: Decodable {
    struct Case: Decodable {
      struct Task: Decodable {
        let values: [Double]
        let blocks: [Int]
      }
      let label: String
      let families: [[Task]]
      let alpha, estimate, se, bias, acceleration: Double
      let resamples: Int
      let seed: UInt64
      let exact, scipy: [Double]

      var values: [[TaskValues]] { families.map { $0.map { TaskValues(values: $0.values, blocks: $0.blocks) } } }
    }
    let cases: [Case]
  }

  let cases: [Cases.Case]

  init() throws { cases = try Goldens.load("bootstrap", as: Cases.self).cases }

  @Test("the same draws in numpy give the same interval, bias, acceleration and error")
  func sameDraws() throws {
    for golden in cases {
      let interval = try #require(
        BootstrapInterval(
          families: golden.values, alpha: golden.alpha, resamples: golden.resamples, seed: golden.seed))
      #expect(isClose(interval.estimate, golden.estimate), "\(golden.label)")
      #expect(isClose(interval.standardError, golden.se), "\(golden.label)")
      #expect(isClose(interval.bias, golden.bias), "\(golden.label)")
      #expect(isClose(interval.acceleration, golden.acceleration), "\(golden.label)")
      #expect(isClose(interval.lower, golden.exact[0]), "\(golden.label)")
      #expect(isClose(interval.upper, golden.exact[1]), "\(golden.label)")
    }
  }

  @Test("scipy.stats.bootstrap(method='BCa') draws another way and lands within a twelfth of a standard error or so")
  func scipy() throws {
    for golden in cases {
      let interval = try #require(
        BootstrapInterval(families: golden.values, alpha: golden.alpha, resamples: 20_000, seed: 3))
      let slack = (golden.alpha < 0.05 ? 0.15 : 0.08) * interval.standardError
      #expect(isClose(interval.lower, golden.scipy[0], within: slack), "\(golden.label)")
      #expect(isClose(interval.upper, golden.scipy[1], within: slack), "\(golden.label)")
    }
  }

  @Test("the estimate is the unit's mean; a seed is an interval, another seed another")
  func seeds() throws {
    for golden in cases {
      let first = try #require(BootstrapInterval(families: golden.values, resamples: 500, seed: 1))
      #expect(first == BootstrapInterval(families: golden.values, resamples: 500, seed: 1))
      #expect(first != BootstrapInterval(families: golden.values, resamples: 500, seed: 2))
      #expect(isClose(first.estimate, try #require(UnitEstimate(families: golden.values)).mean))
      #expect(first.lower < first.estimate && first.estimate < first.upper)
    }
  }

  @Test("nothing to draw from: no items, one item, one block, all equal, blocks alike, senseless numbers")
  func edges() {
    func interval(
      _ values: [Double], _ blocks: [Int], alpha: Double = 0.05, resamples: Int = 200
    ) -> BootstrapInterval? {
      BootstrapInterval(
        families: [[TaskValues(values: values, blocks: blocks)]], alpha: alpha, resamples: resamples, seed: 9)
    }
    #expect(BootstrapInterval(families: [], seed: 1) == nil)
    #expect(interval([], []) == nil)
    #expect(interval([1], [0]) == nil)
    #expect(interval([1, 0, 1], [7, 7, 7]) == nil)
    #expect(interval([0.05, 0.05, 0.05, 0.05], [0, 0, 1, 1]) == nil)
    #expect(interval([1, 0, 0, 1], [0, 0, 1, 1]) == nil)
    #expect(interval([1, 0, 0, 0], [0, 1, 2, 3], alpha: 0) == nil)
    #expect(interval([1, 0, 0, 0], [0, 1, 2, 3], alpha: .nan) == nil)
    #expect(interval([1, 0, 0, 0], [0, 1, 2, 3], resamples: 1) == nil)
    #expect(interval([1, .nan, 0, 0], [0, 1, 2, 3]) == nil)
    #expect(interval([1, 0, 0, 0], [0, 1, 2, 3]) != nil)
  }
}

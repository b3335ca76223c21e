import Statistics
import Testing

@Suite("Intervals of a proportion")
struct ProportionTests {
  struct Cases: Decodable {
    struct Case: Decodable {
      let k, n: Int
      let alpha: Double
      let exact, wilson: [Double]
    }
    let cases: [Case]
  }

  @Test("Clopper and Pearson's and Wilson's are statsmodels' proportion_confint(method='beta') and ('wilson')")
  func goldens() throws {
    for golden in try Goldens.load("proportions", as: Cases.self).cases {
      let proportion = try #require(Proportion(successes: golden.k, trials: golden.n))
      for (interval, expected) in [
        (proportion.clopperPearson(alpha: golden.alpha), golden.exact),
        (proportion.wilson(alpha: golden.alpha), golden.wilson),
      ] {
        #expect(isClose(interval.lowerBound, expected[0]), "\(golden)")
        #expect(isClose(interval.upperBound, expected[1]), "\(golden)")
        #expect(interval.contains(proportion.share))
      }
    }
  }

  @Test("none or all of the trials: the interval ends at 0 or 1 exactly; one trial still has an interval")
  func ends() throws {
    let none = try #require(Proportion(successes: 0, trials: 1))
    #expect(none.wilson().lowerBound == 0)
    #expect(none.clopperPearson().lowerBound == 0)
    #expect(isClose(none.clopperPearson().upperBound, 0.975))
    let all = try #require(Proportion(successes: 12, trials: 12))
    #expect(all.wilson().upperBound == 1)
    #expect(all.clopperPearson().upperBound == 1)
  }

  @Test("no trials, more successes than trials, no level")
  func edges() throws {
    #expect(Proportion(successes: 0, trials: 0) == nil)
    #expect(Proportion(successes: 3, trials: 2) == nil)
    #expect(Proportion(successes: -1, trials: 2) == nil)
    let half = try #require(Proportion(successes: 1, trials: 2))
    for alpha in [0, 1, -1, .nan] {
      #expect(half.wilson(alpha: alpha) == 0...1)
      #expect(half.clopperPearson(alpha: alpha) == 0...1)
    }
  }
}

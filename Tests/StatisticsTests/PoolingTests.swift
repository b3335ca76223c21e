import Statistics
import Testing

@Suite("Random effects over tasks, and false discovery rates")
struct PoolingTests {
  struct Cases: Decodable {
    struct Effects: Decodable {
      let label: String
      let effects, variances, interval, shrunken, shrunken_se: [Double]
      let q, tau2, mean, se, i2: Double
    }
    struct Discovery: Decodable {
      let p, adjusted: [Double]
      let alpha: Double
      let rejected: [Bool]
    }
    let random_effects: [Effects]
    let benjamini_hochberg: [Discovery]
  }

  let cases: Cases

  init() throws { cases = try Goldens.load("pooling", as: Cases.self) }

  @Test("pooled effect, error, τ², Q and I² are statsmodels' combine_effects(method_re='dl')")
  func pooled() throws {
    for golden in cases.random_effects {
      let pooled = try #require(RandomEffects(effects: golden.effects, squaredErrors: golden.variances))
      #expect(isClose(pooled.mean, golden.mean), "\(golden.label)")
      #expect(isClose(pooled.standardError, golden.se), "\(golden.label)")
      #expect(isClose(pooled.betweenVariance, golden.tau2), "\(golden.label)")
      #expect(isClose(pooled.heterogeneity, golden.q), "\(golden.label)")
      #expect(isClose(pooled.inconsistency, golden.i2), "\(golden.label)")
      #expect(isClose(pooled.interval().lowerBound, golden.interval[0]), "\(golden.label)")
      #expect(isClose(pooled.interval().upperBound, golden.interval[1]), "\(golden.label)")
    }
  }

  @Test("shrunken estimates and their errors solve Henderson's mixed model equations")
  func shrunken() throws {
    for golden in cases.random_effects {
      let pooled = try #require(RandomEffects(effects: golden.effects, squaredErrors: golden.variances))
      #expect(pooled.shrunken.count == golden.shrunken.count)
      for (actual, expected) in zip(pooled.shrunken, golden.shrunken) { #expect(isClose(actual.mean, expected)) }
      for (actual, expected) in zip(pooled.shrunken, golden.shrunken_se) {
        #expect(isClose(actual.standardError, expected), "\(golden.label)")
      }
    }
  }

  @Test("one task is its own pool; equal tasks do not differ; what cannot be weighed is refused")
  func edges() throws {
    let one = try #require(RandomEffects(effects: [0.2], squaredErrors: [0.01]))
    #expect(one.mean == 0.2)
    #expect(isClose(one.standardError, 0.1))
    #expect(one.betweenVariance == 0)
    #expect(one.inconsistency == 0)
    #expect(one.shrunken.map(\.mean) == [0.2])
    let equal = try #require(RandomEffects(effects: [0.1, 0.1, 0.1], squaredErrors: [0.01, 0.02, 0.03]))
    #expect(equal.betweenVariance == 0)
    #expect(isClose(equal.mean, 0.1))
    #expect(equal.interval(alpha: 0).lowerBound == -.infinity)
    #expect(RandomEffects(effects: [], squaredErrors: []) == nil)
    #expect(RandomEffects(effects: [1], squaredErrors: [1, 2]) == nil)
    #expect(RandomEffects(effects: [1, 2], squaredErrors: [1, 0]) == nil)
    #expect(RandomEffects(effects: [1, 2], squaredErrors: [1, .leastNonzeroMagnitude]) == nil)
    #expect(RandomEffects(effects: [1, .nan], squaredErrors: [1, 1]) == nil)
  }

  @Test("Benjamini and Hochberg: statsmodels' multipletests(method='fdr_bh'); no test")
  func discoveries() {
    for golden in cases.benjamini_hochberg {
      let procedure = BenjaminiHochberg(pValues: golden.p, alpha: golden.alpha)
      #expect(procedure.rejected == golden.rejected, "\(golden.p)")
      for (actual, expected) in zip(procedure.adjusted, golden.adjusted) { #expect(isClose(actual, expected)) }
    }
    #expect(BenjaminiHochberg(pValues: [], alpha: 0.05).rejected.isEmpty)
  }
}

import Statistics
import Testing

@Suite("Paired right and wrong answers: McNemar and Tango")
struct PairedTests {
  struct Cases: Decodable {
    struct Case: Decodable {
      let b, c, n: Int
      let worse, better, two_sided: Double
      /// θ₀, Z and P(N ≥ Z).
      let z: [[Double]]
      /// α, lower and upper limit.
      let intervals: [[Double]]
    }
    let cases: [Case]
  }

  let cases: [Cases.Case]

  init() throws { cases = try Goldens.load("paired", as: Cases.self).cases }

  private func counts(_ golden: Cases.Case) throws -> PairedCounts {
    try #require(PairedCounts(onlyCandidate: golden.b, onlyBase: golden.c, items: golden.n))
  }

  @Test("McNemar's exact test: scipy's binomtest on either side, statsmodels' mcnemar(exact=True) on both")
  func mcnemar() throws {
    for golden in cases {
      let counts = try counts(golden)
      #expect(isClose(counts.mcnemarPValueWorse, golden.worse, floor: 1e-290), "\(golden)")
      #expect(isClose(counts.mcnemarPValueBetter, golden.better, floor: 1e-290), "\(golden)")
      #expect(isClose(counts.mcnemarPValue, golden.two_sided, floor: 1e-290), "\(golden)")
    }
  }

  @Test("Tango's Z and p value are those of the likelihood maximised numerically at θ₀")
  func tangoStatistic() throws {
    for golden in cases {
      let score = TangoScore(try counts(golden))
      for row in golden.z {
        #expect(isClose(score.statistic(at: row[0]), row[1]), "\(golden.b), \(golden.c), \(golden.n) at \(row[0])")
        #expect(isClose(score.pValueAbove(row[0]), row[2]))
        #expect(isClose(score.pValueBelow(row[0]), 1 - row[2]))
      }
    }
  }

  @Test("Tango's limits are where that likelihood's Z crosses z, by scipy's brentq")
  func tangoInterval() throws {
    for golden in cases {
      let score = TangoScore(try counts(golden))
      for row in golden.intervals {
        let interval = score.interval(alpha: row[0])
        #expect(isClose(interval.lowerBound, row[1]), "\(golden.b), \(golden.c), \(golden.n): \(interval), \(row)")
        #expect(isClose(interval.upperBound, row[2]), "\(golden.b), \(golden.c), \(golden.n): \(interval), \(row)")
      }
    }
  }

  @Test("at no difference Tango's Z is McNemar's (B - C)/√(B + C)")
  func atZero() throws {
    for golden in cases where golden.b + golden.c > 0 {
      let expected = Double(golden.b - golden.c) / Double(golden.b + golden.c).squareRoot()
      #expect(isClose(TangoScore(try counts(golden)).statistic(at: 0), expected))
    }
  }

  @Test("no discordant pair is not certainty: p = 1, and the interval is ± z²/(n + z²)")
  func concordant() throws {
    let counts = try #require(PairedCounts(onlyCandidate: 0, onlyBase: 0, items: 40))
    #expect(counts.mcnemarPValue == 1)
    let score = TangoScore(counts)
    #expect(score.statistic(at: 0) == 0)
    let limit = 3.841_458_820_694_124 / 43.841_458_820_694_124
    #expect(isClose(score.interval().lowerBound, -limit))
    #expect(isClose(score.interval().upperBound, limit))
  }

  @Test("one item; every item lost; Z at the ends of the range and outside it")
  func edges() throws {
    let one = try #require(PairedCounts(candidate: [false], base: [true]))
    #expect(one.difference == -1)
    #expect(isClose(one.mcnemarPValueWorse, 0.5))
    #expect(TangoScore(one).interval().lowerBound == -1)
    let lost = TangoScore(try #require(PairedCounts(onlyCandidate: 0, onlyBase: 9, items: 9)))
    #expect(lost.statistic(at: -1) == 0)
    #expect(lost.statistic(at: 1) == -.infinity)
    #expect(lost.statistic(at: 1.5).isNaN)
    #expect(lost.statistic(at: .nan).isNaN)
    #expect(lost.interval(alpha: 0) == -1...1)
    #expect(lost.interval(alpha: .nan) == -1...1)
  }

  @Test("counts that cannot be: no items, more differences than items, negative, unequal lists")
  func impossible() {
    #expect(PairedCounts(onlyCandidate: 0, onlyBase: 0, items: 0) == nil)
    #expect(PairedCounts(onlyCandidate: 2, onlyBase: 2, items: 3) == nil)
    #expect(PairedCounts(onlyCandidate: -1, onlyBase: 2, items: 3) == nil)
    #expect(PairedCounts(onlyCandidate: .max, onlyBase: .max, items: .max) == nil)
    #expect(PairedCounts(candidate: [true], base: []) == nil)
    #expect(PairedCounts(candidate: [true, false, true], base: [false, true, true])?.onlyCandidate == 1)
  }
}

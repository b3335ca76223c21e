import Statistics
import Testing

@Suite("The beta and binomial distributions, and far tails, agree with scipy to 1e-10 of each number's own size")
struct BetaBinomialTests {
  struct Cases: Decodable {
    struct Beta: Decodable { let a, b, x, cdf, sf: Double }
    struct BetaQuantile: Decodable { let a, b, p, x: Double }
    struct Binomial: Decodable {
      let n, k: Int
      let p, cdf, sf: Double
    }
    struct BinomialQuantile: Decodable {
      let n, k: Int
      let p, share: Double
    }
    let beta: [Beta]
    let beta_quantile: [BetaQuantile]
    let binomial: [Binomial]
    let binomial_quantile: [BinomialQuantile]
  }

  struct Tails: Decodable {
    struct Student: Decodable { let df, t, sf: Double }
    struct StudentQuantile: Decodable { let df, p, t: Double }
    struct Normal: Decodable { let z, q: Double }
    let student: [Student]
    let student_quantile: [StudentQuantile]
    let normal: [Normal]
  }

  let cases: Cases
  let tails: Tails

  init() throws {
    cases = try Goldens.load("beta_binomial", as: Cases.self)
    tails = try Goldens.load("tails", as: Tails.self)
  }

  private func agrees(_ actual: Double, _ expected: Double) -> Bool { isClose(actual, expected, floor: 1e-290) }

  @Test("beta: both tails")
  func betaTails() {
    for golden in cases.beta {
      let beta = BetaDistribution(a: golden.a, b: golden.b)
      #expect(agrees(beta.cdf(golden.x), golden.cdf), "\(golden)")
      #expect(agrees(beta.upperTail(golden.x), golden.sf), "\(golden)")
    }
  }

  @Test("beta: quantiles from 1e-12 to .9999")
  func betaQuantiles() {
    for golden in cases.beta_quantile {
      #expect(agrees(BetaDistribution(a: golden.a, b: golden.b).quantile(golden.p), golden.x), "\(golden)")
    }
  }

  @Test("binomial: both tails, up to 250,000 trials")
  func binomialTails() throws {
    for golden in cases.binomial {
      let binomial = try #require(BinomialDistribution(trials: golden.n, probability: golden.p))
      #expect(agrees(binomial.cdf(golden.k), golden.cdf), "\(golden)")
      #expect(agrees(binomial.upperTail(golden.k), golden.sf), "\(golden)")
    }
  }

  @Test("binomial: quantiles are scipy's, and the quantile of P(X ≤ k) is k")
  func binomialQuantiles() throws {
    for golden in cases.binomial_quantile {
      let binomial = try #require(BinomialDistribution(trials: golden.n, probability: golden.p))
      #expect(binomial.quantile(golden.share) == golden.k, "\(golden)")
    }
    let binomial = try #require(BinomialDistribution(trials: 30, probability: 0.4))
    for k in 0...25 { #expect(binomial.quantile(binomial.cdf(k)) == k) }
  }

  @Test("Student's t and the normal distribution: far tails, degrees of freedom that are no whole numbers")
  func farTails() {
    for golden in tails.student {
      #expect(agrees(StudentT(degreesOfFreedom: golden.df).upperTail(golden.t), golden.sf), "\(golden)")
    }
    for golden in tails.student_quantile {
      #expect(agrees(-StudentT(degreesOfFreedom: golden.df).quantile(golden.p), golden.t), "\(golden)")
    }
    for golden in tails.normal {
      #expect(agrees(StandardNormal.upperTail(golden.z), golden.q) || golden.q < 1e-270, "\(golden)")
      #expect(isClose(-StandardNormal.quantile(golden.q), golden.z), "\(golden)")
    }
  }

  @Test("ends and nonsense: quantiles at 0 and 1, NaN or nil outside, nothing crashes")
  func edges() throws {
    let beta = BetaDistribution(a: 2, b: 3)
    #expect(beta.quantile(0) == 0)
    #expect(beta.quantile(1) == 1)
    #expect(beta.quantile(-0.1).isNaN)
    #expect(beta.quantile(.nan).isNaN)
    #expect(beta.cdf(-1) == 0)
    #expect(beta.cdf(2) == 1)
    #expect(beta.upperTail(2) == 0)
    #expect(beta.cdf(.nan).isNaN)
    #expect(BetaDistribution(a: 0, b: 1).quantile(0.5).isNaN)
    #expect(BetaDistribution(a: .infinity, b: 1).quantile(0.5).isNaN)
    // Far below the smallest positive number.
    #expect(BetaDistribution(a: 0.001, b: 1).quantile(0.1) == 0)
    let none = try #require(BinomialDistribution(trials: 0, probability: 0.5))
    #expect(none.cdf(0) == 1)
    #expect(none.upperTail(0) == 0)
    #expect(none.quantile(0.7) == 0)
    #expect(none.quantile(1.5) == nil)
    #expect(none.quantile(.nan) == nil)
    #expect(try #require(BinomialDistribution(trials: 5, probability: 0)).cdf(0) == 1)
    #expect(try #require(BinomialDistribution(trials: 5, probability: 1)).cdf(4) == 0)
    #expect(BinomialDistribution(trials: -1, probability: 0.5) == nil)
    #expect(BinomialDistribution(trials: 1, probability: .nan) == nil)
  }
}

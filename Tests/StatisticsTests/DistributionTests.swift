import Statistics
import Testing

@Suite("Distributions agree with scipy to 1e-10")
struct DistributionTests {
  struct Cases: Decodable {
    struct Student: Decodable { let df, t, cdf, sf: Double }
    struct StudentQuantile: Decodable { let df, p, t: Double }
    struct Normal: Decodable { let x, cdf, sf: Double }
    struct NormalQuantile: Decodable { let p, z: Double }
    struct Beta: Decodable { let a, b, x, value: Double }
    let student: [Student]
    let student_quantile: [StudentQuantile]
    let normal: [Normal]
    let normal_quantile: [NormalQuantile]
    let beta: [Beta]
  }

  let cases: Cases

  init() throws { cases = try Goldens.load("distributions", as: Cases.self) }

  @Test("Student's t: both tails, relative to the tail")
  func studentTails() {
    for golden in cases.student {
      let t = StudentT(degreesOfFreedom: golden.df)
      #expect(isClose(t.cdf(golden.t), golden.cdf, floor: 1e-290), "cdf(\(golden.t)) at \(golden.df)")
      #expect(isClose(t.upperTail(golden.t), golden.sf, floor: 1e-290), "tail(\(golden.t)) at \(golden.df)")
    }
  }

  @Test("Student's t: quantiles")
  func studentQuantiles() {
    for golden in cases.student_quantile {
      let actual = StudentT(degreesOfFreedom: golden.df).quantile(golden.p)
      #expect(isClose(actual, golden.t), "quantile(\(golden.p)) at \(golden.df): \(actual), scipy \(golden.t)")
    }
  }

  @Test("the normal distribution: tails and quantiles")
  func normal() {
    for golden in cases.normal {
      #expect(isClose(StandardNormal.cdf(golden.x), golden.cdf, floor: 1e-290))
      #expect(isClose(StandardNormal.upperTail(golden.x), golden.sf, floor: 1e-290))
    }
    for golden in cases.normal_quantile {
      #expect(isClose(StandardNormal.quantile(golden.p), golden.z))
    }
  }

  @Test("the regularised incomplete beta function")
  func beta() {
    for golden in cases.beta {
      let actual = regularizedIncompleteBeta(golden.x, a: golden.a, b: golden.b)
      #expect(isClose(actual, golden.value), "I_\(golden.x)(\(golden.a), \(golden.b)): \(actual), \(golden.value)")
    }
  }

  @Test("ends and nonsense: infinite quantiles at 0 and 1, NaN outside, nothing crashes")
  func edges() {
    let t = StudentT(degreesOfFreedom: 4)
    #expect(t.quantile(0) == -.infinity)
    #expect(t.quantile(1) == .infinity)
    #expect(t.quantile(0.5) == 0)
    #expect(t.quantile(-0.1).isNaN)
    #expect(t.quantile(.nan).isNaN)
    #expect(t.cdf(.infinity) == 1)
    #expect(t.cdf(-.infinity) == 0)
    #expect(t.cdf(.nan).isNaN)
    #expect(StudentT(degreesOfFreedom: 20_000).upperTail(1e200) == 0)
    #expect(StudentT(degreesOfFreedom: 20_000).cdf(1e200) == 1)
    #expect(StudentT(degreesOfFreedom: 0).quantile(0.9).isNaN)
    #expect(StudentT(degreesOfFreedom: -1).cdf(0.3).isNaN)
    #expect(isClose(StudentT(degreesOfFreedom: .infinity).quantile(0.95), 1.644_853_626_951_472_2))
    #expect(StandardNormal.quantile(2).isNaN)
    #expect(regularizedIncompleteBeta(0.5, a: 0, b: 1).isNaN)
    #expect(regularizedIncompleteBeta(1.5, a: 1, b: 1).isNaN)
  }
}

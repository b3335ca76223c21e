import Foundation
import Statistics
import Testing

@Suite("The guard against skewed values")
struct SkewGuardTests {
  @Test("the transform and its inverse, at any skewness", arguments: [-2, -0.4, -1e-17, 0, 1e-17, 0.4, 2])
  func inverse(skewness: Double) {
    let hall = SkewTransformation(skewness: skewness)
    for statistic in stride(from: -6.0, through: 6, by: 0.25) {
      #expect(abs(hall.inverse(hall(statistic)) - statistic) < 1e-6)
    }
  }

  @Test(
    "not even where a few blocks of two tasks leave two degrees of freedom and the cubic overtakes T",
    arguments: [2, 3])
  func fewDegrees(blocks: Int) throws {
    for size in [0.2, 1, 5] {
      for sign in [1.0, -1] {
        let values = (0..<blocks * 8).map { sign * (0.9 - ($0 / 8 == 0 ? 0.3 * size : 0)) }
        let unit = try #require(UnitEstimate(task: TaskValues(values: values, blocks: values.indices.map { $0 / 8 })))
        for alpha in [0.05, 0.01 / 3 / 16, 1e-7] {
          #expect(unit.guardedLowerBound(alpha: alpha) <= unit.lowerBound(alpha: alpha))
          #expect(unit.guardedUpperBound(alpha: alpha) >= unit.upperBound(alpha: alpha))
        }
        #expect(unit.guardedPValueAboveZero >= unit.pValueAboveZero)
        #expect(unit.guardedPValueBelowZero >= unit.pValueBelowZero)
      }
    }
  }

  @Test(
    "where the cubic is flat, nothing is asked beyond Cantelli's bound: five standard errors are evidence, two are not")
  func cantelli() throws {
    // 16 blocks, one of which is lost whole: a skewness of about -1 of the mean.
    func unit(margin: Double) throws -> UnitEstimate {
      let values = (0..<64).map { item in margin - (item / 4 == 0 ? 1.0 : 0) }
      return try #require(UnitEstimate(task: TaskValues(values: values, blocks: values.indices.map { $0 / 4 })))
    }
    let wide = try unit(margin: 0.375)
    #expect(wide.skewness < -0.9 && wide.mean / wide.standardError > 4.9)
    // Hall's transform of it is no more than 1/|a|: a p value above .05.
    #expect(SkewTransformation(skewness: wide.skewness)(wide.mean / wide.standardError) < 1.75)
    #expect(wide.guardedPValueAboveZero < 0.05 && wide.guardedLowerBound(alpha: 0.05) > 0)
    // The inequality's own p value: 1/(1 + T²).
    let statistic = wide.mean / wide.standardError
    #expect(abs(wide.guardedPValueAboveZero - 1 / (1 + statistic * statistic)) < 1e-12)
    #expect(wide.guardedLowerBound(alpha: 0.01) < 0, "√99 standard errors at 1 %")
    let close = try unit(margin: 0.2)
    #expect(close.pValueAboveZero < 0.05 && close.guardedPValueAboveZero > 0.05)
    #expect(close.guardedLowerBound(alpha: 0.05) < 0)
  }

  @Test("it never makes a verdict easier, and bounds agree with p values")
  func neverEasier() throws {
    // Most blocks lose nothing, a few lose much; and the same turned round.
    for sign in [1.0, -1] {
      for loss in stride(from: 0.1, through: 0.9, by: 0.1) {
        let values = (0..<128).map { sign * (0.1 - ($0 / 8 % 5 == 0 ? loss : 0)) }
        let unit = try #require(UnitEstimate(task: TaskValues(values: values, blocks: (0..<128).map { $0 / 8 })))
        #expect(unit.guardedPValueAboveZero >= unit.pValueAboveZero)
        #expect(unit.guardedPValueBelowZero >= unit.pValueBelowZero)
        #expect((unit.skewness < 0) == (sign > 0))
        #expect((unit.guardedPValueAboveZero == unit.pValueAboveZero) == (sign < 0))
        #expect((unit.guardedLowerBound(alpha: 0.05) > 0) == (unit.guardedPValueAboveZero < 0.05))
        #expect((unit.guardedUpperBound(alpha: 0.01) < 0) == (unit.guardedPValueBelowZero < 0.01))
      }
    }
  }
}

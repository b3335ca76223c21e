import Statistics
import Testing

/// What several looks at growing evidence may spend of one α.
@Suite struct AlphaSpendingTests {
  struct Cases: Decodable {
    struct Case: Decodable {
      let alpha: Double
      let fractions, levels: [Double]
    }
    let cases: [Case]
  }

  @Test("Each look's nominal level is that of scipy's multivariate normal")
  func levels() throws {
    let cases = try Goldens.load("spending", as: Cases.self).cases
    #expect(cases.count == 9)
    for expected in cases {
      for (index, fraction) in expected.fractions.enumerated() {
        let spending = AlphaSpending(fraction: fraction, after: Array(expected.fractions[..<index]))
        #expect(spending.look == index + 1)
        let level = spending.level(alpha: expected.alpha)
        // scipy integrates by quasi-Monte Carlo.
        #expect(abs(level - expected.levels[index]) < 3e-3 * expected.levels[index])
      }
    }
  }

  @Test("A first look at everything has all of α, one at a part what the function of Pocock's kind gives it")
  func first() {
    #expect(abs(AlphaSpending(fraction: 1).level(alpha: 0.05) - 0.05) < 1e-15)
    #expect(abs(AlphaSpending(fraction: 0.5).level(alpha: 0.05) - 0.05 * 0.6201145) < 1e-8)
    #expect(AlphaSpending.spent(at: 0) == 0 && abs(AlphaSpending.spent(at: 1) - 1) < 1e-15)
  }

  @Test("The same look once more costs nothing, a smaller one after a larger one has nothing left")
  func again() {
    let whole = AlphaSpending(fraction: 1, after: [0.5])
    #expect(AlphaSpending(fraction: 1, after: [0.5, 1]) == whole)
    #expect(AlphaSpending(fraction: 0.5, after: [1]).level(alpha: 0.05) == 0)
  }

  @Test("Looks in any order and at hardly more than before never get more than is left")
  func narrow() {
    #expect(AlphaSpending(fraction: 1, after: [0.75, 0.25]) == AlphaSpending(fraction: 1, after: [0.25, 0.75]))
    let step = AlphaSpending(fraction: 0.5001, after: [0.5]).level(alpha: 0.05)
    let left = 0.05 * (AlphaSpending.spent(at: 0.5001) - AlphaSpending.spent(at: 0.5))
    #expect(step > 0 && abs(step - left) < 1e-12)
  }
}

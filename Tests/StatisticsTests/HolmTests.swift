import Statistics
import Testing

@Suite("Holm's procedure")
struct HolmTests {
  struct Cases: Decodable {
    struct Case: Decodable {
      let p, adjusted: [Double]
      let alpha: Double
      let rejected: [Bool]
    }
    let cases: [Case]
  }

  @Test("adjusted p values and rejections are those of statsmodels' multipletests(method='holm')")
  func goldens() throws {
    for golden in try Goldens.load("holm", as: Cases.self).cases {
      let holm = Holm(pValues: golden.p, alpha: golden.alpha)
      #expect(holm.rejected == golden.rejected)
      for (actual, expected) in zip(holm.adjusted, golden.adjusted) { #expect(isClose(actual, expected)) }
    }
  }

  @Test("each test's own level agrees with its rejection, also behind the first that is not rejected")
  func levels() {
    // The third would be rejected at α/2 on its own, but the second already stopped the procedure at α/3.
    let p = [0.0001, 0.004, 0.0045, 0.9]
    let holm = Holm(pValues: p, alpha: 0.01)
    #expect(holm.rejected == [true, false, false, false])
    let third = 0.01 / 3
    #expect(holm.levels == [0.0025, third, third, third])
    for index in p.indices { #expect(holm.rejected[index] == (p[index] <= holm.levels[index])) }
  }

  @Test("no test, one test, ties")
  func edges() {
    #expect(Holm(pValues: [], alpha: 0.01).adjusted.isEmpty)
    #expect(Holm(pValues: [0.01], alpha: 0.01).rejected == [true])
    #expect(Holm(pValues: [0.004, 0.004], alpha: 0.01).rejected == [true, true])
  }
}

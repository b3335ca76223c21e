import CKernels
import Foundation
import Testing

@Suite("exp, log, cos and sin that are the same bits everywhere")
struct ElementaryTests {
  /// Values that fill a range without landing on anything special.
  private func values(_ range: ClosedRange<Double>, count: Int = 20_000) -> [Double] {
    (0..<count).map { index in
      let share = (Double(index) * 0.618_033_988_749_894_9).truncatingRemainder(dividingBy: 1)
      return range.lowerBound + (range.upperBound - range.lowerBound) * share
    }
  }

  @Test("exp and log are within two units of the last place of the C library's, which is within one of the truth")
  func closeness() {
    for x in values(-700...700) + values(-1...1) {
      #expect(abs(hf_double_exp(x) - exp(x)) <= 2 * exp(x).ulp, "exp \(x)")
    }
    for x in values(0.000_01...10) + values(0.5...1.5) + values(-600...600).map({ exp($0) }) {
      #expect(abs(hf_double_log(x) - log(x)) <= 2 * log(x).ulp, "log \(x)")
    }
    for x in values(-1_000_000...1_000_000) + values(0...10) {
      #expect(abs(hf_double_cos(x) - cos(x)) <= 0x1p-51, "cos \(x)")
      #expect(abs(hf_double_sin(x) - sin(x)) <= 0x1p-51, "sin \(x)")
    }
  }

  @Test("the limits")
  func limits() {
    #expect(hf_double_exp(0) == 1 && hf_double_exp(-.infinity) == 0 && hf_double_exp(710) == .infinity)
    #expect(hf_double_exp(-740) == exp(-740) && hf_double_exp(.nan).isNaN)
    #expect(hf_double_log(1) == 0 && hf_double_log(0) == -.infinity && hf_double_log(.infinity) == .infinity)
    #expect(hf_double_log(-1).isNaN && hf_double_log(.nan).isNaN)
    #expect(hf_double_log(.leastNonzeroMagnitude) == log(.leastNonzeroMagnitude))
    #expect(hf_double_cos(0) == 1 && hf_double_sin(0) == 0)
    #expect(hf_double_cos(.infinity).isNaN && hf_double_sin(.nan).isNaN && hf_double_sin(2e6).isNaN)
  }

  @Test(
    "the bits, pinned: another compiler or flag that fuses or reorders an operation changes one of these sums (gcc -O0 and clang -O3 -march=native give them too)"
  )
  func pinned() {
    func digest(_ function: (Double) -> Double, _ range: ClosedRange<Double>) -> UInt64 {
      values(range, count: 5000).reduce(0) { ($0 &* 0x100_0000_01B3) ^ function($1).bitPattern }
    }
    #expect(digest(hf_double_exp, -700...700) == 85_541_794_353_732_844)
    #expect(digest(hf_double_log, 0.1...900) == 17_785_706_617_730_689_406)
    #expect(digest(hf_double_cos, -5000...5000) == 7_476_055_411_832_122_606)
    #expect(digest(hf_double_sin, -5000...5000) == 15_062_104_267_103_873_669)
  }
}

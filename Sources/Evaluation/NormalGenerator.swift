import Foundation
import Suites

/// Normally distributed numbers by the Box-Muller transform over SplitMix64.
struct NormalGenerator {
  private var uniform: SplitMix64

  init(seed: UInt64) { uniform = SplitMix64(seed: seed) }

  mutating func next() -> Double {
    // 53 bits in (0, 1], so that the logarithm is finite.
    let first = (Double(uniform.next() >> 11) + 1) * 0x1p-53
    let second = Double(uniform.next() >> 11) * 0x1p-53
    return (-2 * log(first)).squareRoot() * cos(2 * .pi * second)
  }
}

/// Steele, Lea and Flood's SplitMix64 ("Fast splittable pseudorandom number generators", 2014): small, and the same
/// numbers on every machine and in every version of the standard library, which Swift's own `shuffled(using:)` does
/// not promise.
package struct SplitMix64: Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// Uniform over all 64-bit integers.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in 0..<count, without bias: the high half of next() · count, drawn again where the low half is below 2⁶⁴
  /// mod count (Lemire, arXiv 1805.10941). `count` is at least 1.
  package mutating func below(_ count: Int) -> Int {
    let bound = UInt64(count)
    let threshold = (0 &- bound) % bound
    while true {
      let (high, low) = bound.multipliedFullWidth(by: next())
      if low >= threshold { return Int(high) }
    }
  }
}

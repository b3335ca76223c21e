/// SplitMix64 (Steele, Lea and Flood 2014): one stream a sequence, a function of the seed and the stream's number.
package struct SamplingGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Two rounds of mixing keep (seed, stream) and (seed + 1, stream - 1) apart.
  package init(seed: UInt64, stream: UInt64) {
    var first = SamplingGenerator(state: seed)
    var second = SamplingGenerator(state: first.next() ^ stream)
    state = second.next()
  }

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A multiple of 2^-53 in [0, 1).
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}

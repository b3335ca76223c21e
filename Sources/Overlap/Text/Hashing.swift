/// SplitMix64's finaliser: every bit of the input moves every bit of the result.
@inline(__always)
func mixed(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// A 64-bit hash of bytes, eight at a time. It decides equality of texts: 10⁹ texts against 10⁴ items meet by chance
/// with a probability of about 10⁻⁶.
func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
  var value = UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
  guard let base = bytes.baseAddress else { return mixed(value) }
  let raw = UnsafeRawPointer(base)
  var offset = 0
  while offset + 8 <= bytes.count {
    let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    value = mixed(value ^ word) &+ 0x9E37_79B9_7F4A_7C15
    offset += 8
  }
  var tail: UInt64 = 0
  while offset < bytes.count {
    tail = tail << 8 | UInt64(bytes[offset])
    offset += 1
  }
  return mixed(value ^ tail)
}

/// The hash of two texts with a space between them would need a copy; this is an order-aware mix of their own hashes.
func joined(_ first: UInt64, _ second: UInt64) -> UInt64 { mixed(mixed(first) &+ second) }

import Suites

/// MinHash over character 5-grams (Broder, "On the resemblance and containment of documents", 1997): the share of
/// equal minima estimates the Jaccard similarity J of two texts' 5-gram sets with standard error √(J(1-J)/P).
struct MinHash: Sendable {
  /// P: how many minima a signature has.
  static let size = 128
  /// Rows a band; texts that agree in any band are compared. A pair of J = .8 is missed with probability 5 · 10⁻⁸.
  static let rows = 4
  static let gram = 5

  private let factors: [UInt64]
  private let offsets: [UInt64]

  init() {
    var generator = SplitMix64(seed: 0x6D69_6E68_6173_68)
    factors = (0..<Self.size).map { _ in generator.next() | 1 }
    offsets = (0..<Self.size).map { _ in generator.next() }
  }

  /// The minima under P hash functions (multiply and shift), or nil for an empty set.
  func signature(_ grams: some Collection<UInt64>) -> [UInt32]? {
    guard !grams.isEmpty else { return nil }
    var minima = [UInt32](repeating: .max, count: Self.size)
    for gram in grams {
      for index in 0..<Self.size {
        let value = UInt32(truncatingIfNeeded: (gram &* factors[index] &+ offsets[index]) >> 32)
        minima[index] = min(minima[index], value)
      }
    }
    return minima
  }

  /// One key a band, different for different bands.
  static func bands(_ signature: [UInt32]) -> [UInt64] {
    stride(from: 0, to: size, by: rows).map { start in
      signature[start..<start + rows].reduce(mixed(UInt64(start))) { mixed($0 ^ UInt64($1)) }
    }
  }

  /// The estimate of J.
  static func similarity(_ first: [UInt32], _ second: [UInt32]) -> Double {
    Double(zip(first, second).count { $0 == $1 }) / Double(size)
  }

  /// The estimate's standard error.
  static func error(_ similarity: Double) -> Double {
    (similarity * (1 - similarity) / Double(size)).squareRoot()
  }
}

/// Hashes of every character 5-gram of normalised text, digits folded to 0, in order; empty for a shorter text.
///
/// - Parameter body: returns false to stop.
@inline(__always)
func forEachGram(_ text: UnsafeBufferPointer<UInt8>, foldDigits: Bool, _ body: (UInt64) -> Bool) {
  // Five scalars have at most twenty bytes; a window of hashes of scalars does for every script.
  var window: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
  var index = 0
  var filled = 0
  while index < text.count {
    var value = UInt64(text[index])
    if value < 0x80 {
      if foldDigits, value &- 0x30 < 10 { value = 0x30 }
      index += 1
    } else {
      let (scalar, length) = decodeScalar(text, index)
      value = UInt64(scalar?.value ?? 0xFFFD)
      index += length
    }
    window = (window.1, window.2, window.3, window.4, value)
    filled += 1
    if filled >= MinHash.gram {
      // Scalars have 21 bits: three fit into one word beside two in another.
      let first = window.0 | window.1 << 21 | window.2 << 42
      let second = window.3 | window.4 << 21
      if !body(mixed(first ^ mixed(second))) { return }
    }
  }
}

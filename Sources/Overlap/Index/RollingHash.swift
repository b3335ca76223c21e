/// A polynomial over hashes of words, modulo 2⁶⁴: from one n-gram's value the next one's follows in two steps.
struct RollingHash {
  private static let base: UInt64 = 0x9FB2_1C65_1E98_DF25

  private let leading: UInt64
  private(set) var value: UInt64 = 0

  /// - Parameter length: words of an n-gram.
  init(length: Int) {
    leading = (1..<max(1, length)).reduce(1) { power, _ in power &* Self.base }
  }

  @inline(__always)
  mutating func append(_ word: UInt64) { value = value &* Self.base &+ word }

  @inline(__always)
  mutating func slide(dropping first: UInt64, adding next: UInt64) {
    value = (value &- first &* leading) &* Self.base &+ next
  }

  /// What is looked up: low bits of the polynomial alone depend on low bits of the words alone.
  @inline(__always)
  var key: UInt64 { mixed(value) }

  static func value(_ words: some Collection<UInt64>) -> UInt64 {
    var hash = RollingHash(length: words.count)
    for word in words { hash.append(word) }
    return hash.key
  }
}

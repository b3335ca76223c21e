/// One merge rule: two neighbouring tokens become a third. Rules apply in the order of the list that holds them.
package struct Merge: Sendable, Equatable {
  package let left: Int32
  package let right: Int32
  package let result: Int32
}

/// Merge rules found by their pair of ids.
struct MergeTable: Sendable {
  /// What `value` answers for a pair that no rule merges: larger than every rule.
  static let none = UInt64.max
  /// No pair of non-negative ids packs to this.
  private static let free = UInt64.max

  private var keys: [UInt64]
  private var values: [UInt64]
  private let shift: UInt64

  /// - Parameter merges: in order of rank. Where a pair occurs twice the later rule wins, as in `tokenizers`.
  init(_ merges: [Merge]) {
    var bits: UInt64 = 4
    while 1 << bits < merges.count * 2 + 1 { bits += 1 }
    shift = 64 - bits
    keys = [UInt64](repeating: Self.free, count: 1 << bits)
    values = [UInt64](repeating: Self.none, count: 1 << bits)
    for (rank, merge) in merges.enumerated() {
      let key = Self.key(merge.left, merge.right)
      let slot = slot(of: key)
      keys[slot] = key
      values[slot] = UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merge.result))
    }
  }

  /// The rule for two neighbours, as `rank << 32 | result`, so that the smaller value is the rule to apply first.
  @inline(__always)
  func value(_ left: Int32, _ right: Int32) -> UInt64 { values[slot(of: Self.key(left, right))] }

  /// The id that a rule found by `value` merges into.
  @inline(__always)
  static func result(_ value: UInt64) -> Int32 { Int32(truncatingIfNeeded: value) }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while keys[slot] != key, keys[slot] != Self.free { slot = (slot + 1) & mask }
    return slot
  }
}

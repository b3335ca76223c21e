/// Values by 64-bit key. Nearly every key that is asked for is not there, so a filter of bits answers first.
struct HashIndex: Sendable {
  private let filter: [UInt64]
  private let mask: UInt64
  private let ranges: [UInt64: Range<Int>]
  private let values: [Int32]

  /// - Parameter entries: values of one key keep their order; equal ones are kept once.
  init(_ entries: [(key: UInt64, value: Int32)]) {
    let grouped = Dictionary(grouping: entries, by: \.key)
    var bits = 4096
    while bits < 32 * grouped.count { bits *= 2 }
    var filter = [UInt64](repeating: 0, count: bits / 64)
    let mask = UInt64(bits - 1)
    var ranges: [UInt64: Range<Int>] = [:]
    var values: [Int32] = []
    for (key, entries) in grouped {
      filter[Int((key & mask) >> 6)] |= 1 << (key & 63)
      let start = values.count
      for entry in entries where !values[start...].contains(entry.value) { values.append(entry.value) }
      ranges[key] = start..<values.count
    }
    (self.filter, self.mask, self.ranges, self.values) = (filter, mask, ranges, values)
  }

  var isEmpty: Bool { ranges.isEmpty }

  /// False where the key is certainly not there.
  @inline(__always)
  func mayHold(_ key: UInt64) -> Bool { filter[Int((key & mask) >> 6)] & (1 << (key & 63)) != 0 }

  /// Nil where there is none.
  @inline(__always)
  func find(_ key: UInt64) -> ArraySlice<Int32>? {
    guard mayHold(key) else { return nil }
    return ranges[key].map { values[$0] }
  }
}

/// Which lengths occur: a text of another length needs no hash.
struct LengthSet: Sendable {
  private var bits: [Bool] = []

  mutating func insert(_ length: Int) {
    if length >= bits.count { bits += Array(repeating: false, count: length + 1 - bits.count) }
    bits[length] = true
  }

  @inline(__always)
  func contains(_ length: Int) -> Bool { length < bits.count && bits[length] }
}

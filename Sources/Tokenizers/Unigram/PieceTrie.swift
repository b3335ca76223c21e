/// Byte strings by their beginnings: all that begin at a place of a text are found in one pass over it.
///
/// A hash table of edges, from a node and a byte to a node; a quarter of a million pieces are in it in a tenth of a second.
struct PieceTrie: Sendable {
  /// Open addressing: `node << 8 | byte` under a bit that is always set; zero where free. The count is a power of two.
  private var keys: [UInt64]
  private var children: [Int32]
  /// By node: what ends there, or -1.
  private var values: [Int32] = [-1]

  /// - Parameter bytes: how many the strings have together.
  init(minimumBytes bytes: Int) {
    var size = 256
    while size < bytes * 2 { size *= 2 }
    keys = [UInt64](repeating: 0, count: size)
    children = [Int32](repeating: 0, count: size)
  }

  /// A later value for the same bytes takes the place of an earlier one.
  mutating func insert(_ bytes: some Sequence<UInt8>, value: Int32) {
    var node: Int32 = 0
    for byte in bytes {
      if values.count * 2 > keys.count { grow() }
      let (slot, isFound) = find(node, byte)
      if !isFound {
        keys[slot] = Self.key(node, byte)
        children[slot] = Int32(values.count)
        values.append(-1)
      }
      node = children[slot]
    }
    values[Int(node)] = value
  }

  /// Calls `body` with the value and the end of each string that begins at `start`, shortest first.
  @inline(__always)
  func forEachPrefix(
    of text: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (_ value: Int32, _ end: Int) -> Void
  ) {
    var node: Int32 = 0
    var place = start
    while place < text.count {
      let (slot, isFound) = find(node, text[place])
      guard isFound else { return }
      node = children[slot]
      place += 1
      if values[Int(node)] >= 0 { body(values[Int(node)], place) }
    }
  }

  /// The value of exactly these bytes.
  func value(of bytes: some Sequence<UInt8>) -> Int32? {
    var node: Int32 = 0
    for byte in bytes {
      let (slot, isFound) = find(node, byte)
      guard isFound else { return nil }
      node = children[slot]
    }
    return values[Int(node)] >= 0 ? values[Int(node)] : nil
  }

  private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 { 1 << 40 | UInt64(node) << 8 | UInt64(byte) }

  @inline(__always)
  private func find(_ node: Int32, _ byte: UInt8) -> (slot: Int, isFound: Bool) {
    let key = Self.key(node, byte)
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while keys[slot] != 0 {
      if keys[slot] == key { return (slot, true) }
      slot = (slot + 1) & mask
    }
    return (slot, false)
  }

  private mutating func grow() {
    let edges = zip(keys, children).filter { $0.0 != 0 }
    keys = [UInt64](repeating: 0, count: keys.count * 2)
    children = [Int32](repeating: 0, count: keys.count)
    for (key, child) in edges {
      let (slot, _) = find(Int32(truncatingIfNeeded: key >> 8 & 0xFFFF_FFFF), UInt8(truncatingIfNeeded: key))
      keys[slot] = key
      children[slot] = child
    }
  }
}

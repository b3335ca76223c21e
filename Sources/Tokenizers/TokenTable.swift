/// Byte strings numbered from zero, with their numbers found again by content.
///
/// `String` keys would be wrong here: Swift compares strings by canonical equivalence, a vocabulary by bytes.
package struct TokenTable: Sendable {
  private var blob: [UInt8] = []
  private var ends: [Int] = []
  /// Open addressing: half of the hash above number + 1; zero where free. The count is a power of two.
  private var slots: [UInt64]
  private var occupied = 0

  package init(minimumCapacity: Int = 16) {
    var size = 16
    while size < minimumCapacity * 2 { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
    ends.reserveCapacity(minimumCapacity)
  }

  /// How many strings there are, findable or not.
  package var count: Int { ends.count }

  /// The byte string with this number; empty where there is none.
  package subscript(_ number: Int) -> ArraySlice<UInt8> {
    guard ends.indices.contains(number) else { return [] }
    return blob[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
  }

  /// Adds a string under the next number.
  ///
  /// - Parameter findable: whether `find` may return it. Strings that text cannot reach, and holes in the numbering,
  ///   are not.
  /// - Returns: the number that already holds these bytes, where they were findable before; nothing is added then.
  @discardableResult
  package mutating func append(_ bytes: some Collection<UInt8>, findable: Bool) -> Int? {
    let start = blob.count
    blob.append(contentsOf: bytes)
    if findable {
      if occupied * 2 >= slots.count { grow() }
      let hash = Self.hash(blob[start...])
      let slot = slot(of: blob[start...], hash)
      if slots[slot] != 0 {
        blob.removeSubrange(start...)
        return Self.number(slots[slot])
      }
      slots[slot] = hash & Self.hashMask | UInt64(ends.count + 1)
      occupied += 1
    }
    ends.append(blob.count)
    return nil
  }

  /// The number of the findable string with exactly these bytes.
  package func find(_ bytes: some Collection<UInt8>) -> Int? {
    let found = slots[slot(of: bytes, Self.hash(bytes))]
    return found == 0 ? nil : Self.number(found)
  }

  private static let hashMask: UInt64 = 0xFFFF_FFFF_0000_0000

  @inline(__always)
  private static func number(_ slot: UInt64) -> Int { Int(slot & ~hashMask) - 1 }

  @inline(__always)
  private static func hash(_ bytes: some Collection<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash
  }

  @inline(__always)
  private func slot(of bytes: some Collection<UInt8>, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
    while slots[slot] != 0 {
      if (slots[slot] ^ hash) & Self.hashMask == 0, holds(Self.number(slots[slot]), bytes) { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  @inline(__always)
  private func holds(_ number: Int, _ bytes: some Collection<UInt8>) -> Bool {
    var place = number == 0 ? 0 : ends[number - 1]
    guard bytes.count == ends[number] - place else { return false }
    for byte in bytes {
      if blob[place] != byte { return false }
      place += 1
    }
    return true
  }

  private mutating func grow() {
    let taken = slots.filter { $0 != 0 }
    slots = [UInt64](repeating: 0, count: slots.count * 2)
    for entry in taken {
      let bytes = self[Self.number(entry)]
      slots[slot(of: bytes, Self.hash(bytes))] = entry
    }
  }
}

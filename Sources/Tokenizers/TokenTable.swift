/// Byte strings numbered from zero, with their numbers found again by content.
///
/// `String` keys would be wrong here: Swift compares strings by canonical equivalence, a vocabulary by bytes.
package struct TokenTable: Sendable {
  private var blob: [UInt8] = []
  private var ends: [Int] = []
  /// Open addressing: number + 1, zero where free. The count is a power of two.
  private var slots: [Int32]
  private var occupied = 0

  package init(minimumCapacity: Int = 16) {
    var size = 16
    while size < minimumCapacity * 2 { size *= 2 }
    slots = [Int32](repeating: 0, count: size)
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
      let slot = slot(of: blob[start...])
      if slots[slot] != 0 {
        blob.removeSubrange(start...)
        return Int(slots[slot]) - 1
      }
      slots[slot] = Int32(ends.count + 1)
      occupied += 1
    }
    ends.append(blob.count)
    return nil
  }

  /// The number of the findable string with exactly these bytes.
  package func find(_ bytes: some Collection<UInt8>) -> Int? {
    let found = slots[slot(of: bytes)]
    return found == 0 ? nil : Int(found) - 1
  }

  private func slot(of bytes: some Collection<UInt8>) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
    while slots[slot] != 0, !self[Int(slots[slot]) - 1].elementsEqual(bytes) { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let numbers = slots.filter { $0 != 0 }
    slots = [Int32](repeating: 0, count: slots.count * 2)
    for number in numbers { slots[slot(of: self[Int(number) - 1])] = number }
  }
}

/// Finds where a table's records end, in pieces of it (RFC 4180): a line break within quotes ends none.
package struct CSVRecordEnds {
  private enum State { case fieldStart, plain, quoted, quoteInQuoted }

  private let separator: UInt8
  private var state = State.fieldStart
  /// Where the last whole record ends, in the bytes gone over; 0 where none has ended.
  package private(set) var end = 0
  /// How many have ended.
  package private(set) var count = 0

  package init(separator: UInt8) { self.separator = separator }

  /// Whether a quote is open.
  package var isQuoted: Bool { state == .quoted }

  /// Goes over the bytes from `start` on, which follow those that were gone over before.
  package mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
    var state = state
    for index in start..<bytes.count {
      let byte = bytes[index]
      switch state {
      case .quoted:
        if byte == 0x22 { state = .quoteInQuoted }
        continue
      case .quoteInQuoted where byte == 0x22:
        state = .quoted
        continue
      case .fieldStart where byte == 0x22:
        state = .quoted
        continue
      default: break
      }
      if byte == 0x0A {
        end = index + 1
        count += 1
        state = .fieldStart
      } else {
        state = byte == separator ? .fieldStart : .plain
      }
    }
    self.state = state
  }

  /// What separates the fields of a line: a comma, a tab or a semicolon, whichever is most frequent.
  package static func separator(of line: some Collection<UInt8>) -> UInt8 {
    let separators = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
    let counts = separators.map { separator in line.count { $0 == separator } }
    return separators[counts.firstIndex(of: counts.max() ?? 0) ?? 0]
  }
}

/// Reads a table's fields one after the other, without their quotes (RFC 4180).
package struct CSVFields {
  package enum End { case separator, record, data }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let separator: UInt8
  /// Where the next field begins.
  package private(set) var index = 0

  package init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8) {
    (self.bytes, self.separator) = (bytes, separator)
  }

  /// Reads a field and what ends it. A field at the end of the data is empty.
  ///
  /// - Parameter append: gets the field's bytes, in one or several parts.
  /// - Returns: the line breaks within the field, and what ends it.
  package mutating func next(_ append: (UnsafePointer<UInt8>, Int) -> Void) -> (lines: Int, end: End) {
    guard let base = bytes.baseAddress, index < bytes.count else { return (0, .data) }
    var lines = 0
    if bytes[index] == 0x22 {
      index += 1
      while index < bytes.count {
        let start = index
        while index < bytes.count, bytes[index] != 0x22 {
          if bytes[index] == 0x0A { lines += 1 }
          index += 1
        }
        append(base + start, index - start)
        index += 1
        guard index < bytes.count, bytes[index] == 0x22 else { break }
        append(base + index, 1)
        index += 1
      }
      index = min(index, bytes.count)
    }
    let start = index
    while index < bytes.count, bytes[index] != separator, bytes[index] != 0x0A { index += 1 }
    append(base + start, index - start)
    guard index < bytes.count else { return (lines, .data) }
    index += 1
    return (lines, bytes[index - 1] == 0x0A ? .record : .separator)
  }
}

/// The lines and words of a text.
enum TextFields {
  static func find(_ bytes: [UInt8]) -> [Field] {
    lines(bytes).flatMap { [Field(kind: .piece, range: $0)] + words(bytes, $0).map { Field(kind: .word, range: $0) } }
  }

  /// With the line feeds that end them.
  static func lines(_ bytes: [UInt8]) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = 0
    for index in bytes.indices where bytes[index] == 0x0A || index == bytes.count - 1 {
      lines.append(start..<index + 1)
      start = index + 1
    }
    return lines
  }

  /// Runs of letters, digits and what numbers and paths have; and each other character that is no space.
  private static func words(_ bytes: [UInt8], _ line: Range<Int>) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start = line.lowerBound
    for index in line where !isWordByte(bytes[index]) {
      if start < index { words.append(start..<index) }
      if bytes[index] > 0x20 { words.append(index..<index + 1) }
      start = index + 1
    }
    if start < line.upperBound { words.append(start..<line.upperBound) }
    return words
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}

/// Word characters (`\w`) and white space (`\s`) as Unicode defines them, around a place in UTF-8.
enum WordBoundary {
  static func isWord(before place: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    scalar(before: place, in: text).map { isWord($0.scalar) } ?? false
  }

  static func isWord(at place: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    scalar(at: place, in: text).map { isWord($0.scalar) } ?? false
  }

  static func startOfSpaces(before place: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var place = place
    while let previous = scalar(before: place, in: text), previous.scalar.properties.isWhitespace {
      place = previous.start
    }
    return place
  }

  static func endOfSpaces(from place: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var place = place
    while let next = scalar(at: place, in: text), next.scalar.properties.isWhitespace { place = next.end }
    return place
  }

  /// Alphabetic, Mark, Decimal_Number, Connector_Punctuation or Join_Control (Unicode technical standard 18).
  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isAlphabetic || scalar.properties.isJoinControl { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return false
    }
  }

  private static func scalar(
    before place: Int, in text: UnsafeBufferPointer<UInt8>
  ) -> (scalar: Unicode.Scalar, start: Int)? {
    var start = place - 1
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    guard start >= 0, let found = scalar(at: start, in: text) else { return nil }
    return (found.scalar, start)
  }

  private static func scalar(
    at place: Int, in text: UnsafeBufferPointer<UInt8>
  ) -> (scalar: Unicode.Scalar, end: Int)? {
    guard place < text.count else { return nil }
    var decoder = UTF8()
    var bytes = text[place...].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&bytes) else { return nil }
    return (scalar, place + UTF8.width(scalar))
  }
}

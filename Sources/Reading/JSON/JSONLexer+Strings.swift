/// Strings, part by part or unescaped.
extension JSONLexer {
  /// The next part of a string whose quote has been passed.
  package mutating func fragment() throws(JSONFault) -> Fragment {
    let start = position
    let end = bytes.count
    let least: UInt8 = leniency.contains(.controlCharacters) ? 0 : 0x20
    var place = start
    while place < end {
      let byte = bytes[place]
      guard byte != 0x22, byte != 0x5C, byte >= least else { break }
      place += 1
    }
    position = place
    if place < end, bytes[place] < least { throw fault("a control character in a string") }
    if position > start { return .run(start..<position) }
    guard position < bytes.count else { throw fault("a string is not closed") }
    position += 1
    return bytes[position - 1] == 0x22 ? .end : .scalar(try escaped())
  }

  /// Moves over the quote that is next.
  package mutating func openString() throws(JSONFault) {
    guard take(0x22) else { throw fault("a string is missing") }
  }

  /// The string whose quote is next, unescaped.
  package mutating func string() throws(JSONFault) -> String {
    let start = position
    try openString()
    if case .run(let run) = try fragment(), take(0x22) {
      // Most strings are one run, and short ones need no memory of their own.
      return try text(UnsafeBufferPointer(rebasing: bytes[run]), from: start)
    }
    position = start + 1
    return try text(try unescaped(), from: start)
  }

  /// The bytes of a string whose quote has been passed.
  package mutating func unescaped() throws(JSONFault) -> [UInt8] {
    var unescaped: [UInt8] = []
    while true {
      switch try fragment() {
      case .run(let run): unescaped.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[run]))
      case .scalar(let scalar): unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      case .end: return unescaped
      }
    }
  }

  private func text(_ bytes: some Collection<UInt8>, from start: Int) throws(JSONFault) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw JSONFault(problem: "a string is not UTF-8", offset: start)
    }
    return text
  }

  /// What an escape stands for whose backslash has been passed.
  private mutating func escaped() throws(JSONFault) -> Unicode.Scalar {
    guard position < bytes.count else { throw fault("a string is not closed") }
    position += 1
    switch bytes[position - 1] {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "u"): return try hexadecimal()
    case let byte where byte == 0x22 || byte == 0x5C || byte == UInt8(ascii: "/"): return Unicode.Scalar(byte)
    default:
      position -= 1
      throw fault("a backslash stands before what needs none")
    }
  }

  /// The scalar of an escape whose `\u` has been passed.
  private mutating func hexadecimal() throws(JSONFault) -> Unicode.Scalar {
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let place = position
    if first < 0xDC00, take(0x5C), take(UInt8(ascii: "u")) {
      let second = try fourDigits()
      if (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return scalar
      }
    }
    position = place
    guard leniency.contains(.halfPairs) else { throw fault("half of a surrogate pair") }
    return "\u{FFFD}"
  }

  private mutating func fourDigits() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count else { throw fault("a string is not closed") }
      let byte = bytes[position]
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
      case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt32((byte | 0x20) - 0x57)
      default: throw fault(#"\u has fewer than four digits"#)
      }
      position += 1
    }
    return value
  }
}

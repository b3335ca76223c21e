import Diagnostics

/// What is wrong with a JSON text, and where.
package struct JSONFault: Error {
  /// Stands behind "is not valid JSON: ".
  package let problem: ShownText
  /// Bytes from the start of the text.
  package let offset: Int
}

/// The lexical half of JSON (RFC 8259), for whoever builds a tree and whoever streams past one: white space, brackets
/// and commas, words and numbers, strings unescaped. Offsets are bytes; the bytes are untrusted.
///
/// Bytes outside ASCII occur in strings only and are passed on as they are: whether they are UTF-8 is the caller's to
/// say.
package struct JSONLexer {
  /// What is let pass beside RFC 8259.
  package struct Leniency: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Half of a surrogate pair is U+FFFD.
    package static let halfPairs = Leniency(rawValue: 1)
    /// Control characters in strings stand for themselves.
    package static let controlCharacters = Leniency(rawValue: 2)
    /// `NaN`, `Infinity` and `-Infinity`, as Python writes them.
    package static let nonFinite = Leniency(rawValue: 4)
  }

  /// A part of a string.
  package enum Fragment {
    /// Bytes that stand for themselves.
    case run(Range<Int>)
    /// What an escape stands for.
    case scalar(Unicode.Scalar)
    case end
  }

  /// A value without parts that is no string.
  package enum Scalar {
    case null
    case bool(Bool)
    /// Without a fraction or an exponent.
    case integer
    case number
    /// Under `Leniency.nonFinite`.
    case nonFinite
  }

  /// Deeper values are refused, which bounds the recursion of whoever reads them.
  package static let deepest = 64

  package let bytes: UnsafeBufferPointer<UInt8>
  package internal(set) var position: Int
  let leniency: Leniency
  /// Objects and arrays that are open.
  package private(set) var depth: Int

  /// - Parameter depth: of the value in which these bytes stand, where they are text within another document.
  package init(
    _ bytes: UnsafeBufferPointer<UInt8>, at position: Int = 0, depth: Int = 0, leniency: Leniency = []
  ) {
    (self.bytes, self.position, self.depth, self.leniency) = (bytes, position, depth, leniency)
  }

  package var isAtEnd: Bool { position >= bytes.count }

  /// The next byte; nil at the end.
  package var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  package func fault(_ problem: ShownText) -> JSONFault { JSONFault(problem: problem, offset: position) }

  package mutating func skipSpace() {
    var place = position
    while place < bytes.count {
      let byte = bytes[place]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      place += 1
    }
    position = place
  }

  /// Moves over UTF-8's byte order mark, which some editors put first.
  package mutating func skipByteOrderMark() {
    if bytes.dropFirst(position).starts(with: [0xEF, 0xBB, 0xBF]) { position += 3 }
  }

  /// Moves over `byte` where it is next.
  mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  // MARK: Objects and arrays

  /// Moves over the bracket that is next.
  package mutating func open() throws(JSONFault) {
    guard depth < Self.deepest else { throw fault("nested more than \(Self.deepest) deep") }
    position += 1
    depth += 1
  }

  /// Moves to the next element of an array that was opened; false, and behind the array, where there is none.
  package mutating func element(isFirst: Bool) throws(JSONFault) -> Bool {
    try part(isFirst, until: UInt8(ascii: "]"))
  }

  /// Moves to the quote of the next member's name in an object that was opened; false, and behind the object, where
  /// there is none.
  package mutating func member(isFirst: Bool) throws(JSONFault) -> Bool {
    guard try part(isFirst, until: UInt8(ascii: "}")) else { return false }
    skipSpace()
    guard next == UInt8(ascii: "\"") else { throw fault("a name is missing") }
    return true
  }

  private mutating func part(_ isFirst: Bool, until end: UInt8) throws(JSONFault) -> Bool {
    skipSpace()
    if take(end) {
      depth -= 1
      return false
    }
    guard isFirst || take(UInt8(ascii: ",")) else {
      throw fault(isAtEnd ? "ends too early" : "a comma or bracket is missing")
    }
    return true
  }

  /// Moves from behind a member's name to its value.
  package mutating func colon() throws(JSONFault) {
    skipSpace()
    guard take(UInt8(ascii: ":")) else { throw fault("a colon is missing") }
    skipSpace()
  }

  /// The document has been read: only white space may follow.
  package mutating func end() throws(JSONFault) {
    skipSpace()
    guard isAtEnd else { throw fault("there is text after the end") }
  }
}

extension JSONLexer {
  /// Moves over a value that is neither a string, an array nor an object.
  package mutating func scalar() throws(JSONFault) -> Scalar {
    guard let first = next else { throw fault("ends too early") }
    switch first {
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N") where leniency.contains(.nonFinite): return try word("NaN", .nonFinite)
    case UInt8(ascii: "I") where leniency.contains(.nonFinite): return try word("Infinity", .nonFinite)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): throw fault("a value is missing")
    default: throw fault("a value is neither a string nor a number")
    }
  }

  private mutating func word(_ word: StaticString, _ scalar: Scalar) throws(JSONFault) -> Scalar {
    let text = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    let rest = bytes[position...]
    guard rest.starts(with: text), !isWordByte(rest.dropFirst(text.count).first) else {
      throw fault("a value is neither a string nor a number")
    }
    position += text.count
    return scalar
  }

  private func isWordByte(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return isDigit(byte) || (byte | 0x20) &- 0x61 < 26
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  private mutating func number() throws(JSONFault) -> Scalar {
    let isNegative = take(UInt8(ascii: "-"))
    if isNegative, leniency.contains(.nonFinite), next == UInt8(ascii: "I") {
      return try word("Infinity", .nonFinite)
    }
    if take(UInt8(ascii: "0")) {
      if let byte = next, isDigit(byte) { throw fault("a number starts with 0") }
    } else {
      try digits()
    }
    var scalar = Scalar.integer
    if take(UInt8(ascii: ".")) {
      scalar = .number
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      scalar = .number
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    return scalar
  }

  private mutating func digits() throws(JSONFault) {
    guard let first = next, isDigit(first) else { throw fault("a number lacks a digit") }
    while let byte = next, isDigit(byte) { position += 1 }
  }
}

/// A JSON text as a tree.
package struct JSONParser {
  /// What becomes of a key that an object has twice.
  package enum Repeats: Sendable {
    /// It is a fault.
    case refused
    /// Both members are kept, for whoever knows what they mean: a vocabulary names its tokens by number.
    case kept
  }

  private var lexer: JSONLexer
  private let repeats: Repeats
  private let wholeNumbers: WholeNumbers

  /// What becomes of a whole number of more than 64 bits.
  package enum WholeNumbers: Sendable {
    /// It is a number with a fraction, of which not all digits are kept.
    case rounded
    /// It is a fault: what shows it would show another number.
    case exact
  }

  /// Parses one document that fills `bytes`, white space and a byte order mark around it allowed.
  ///
  /// - Parameter leniency: what is let pass beside RFC 8259; Python's names for what is not finite are null then.
  /// - Throws: `JSONFault` for what is not RFC 8259, not UTF-8, nested deeper than 64, has a number that is not finite,
  ///   or a key twice where that is refused.
  package static func parse(
    _ bytes: UnsafeRawBufferPointer, repeats: Repeats = .refused, leniency: JSONLexer.Leniency = [],
    wholeNumbers: WholeNumbers = .rounded
  ) throws(JSONFault) -> JSONValue {
    var parser = JSONParser(
      lexer: JSONLexer(bytes.assumingMemoryBound(to: UInt8.self), leniency: leniency), repeats: repeats,
      wholeNumbers: wholeNumbers)
    parser.lexer.skipByteOrderMark()
    let value = try parser.value()
    try parser.lexer.end()
    return value
  }

  private mutating func value() throws(JSONFault) -> JSONValue {
    lexer.skipSpace()
    switch lexer.next {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try lexer.string())
    default: return try scalar()
    }
  }

  private mutating func object() throws(JSONFault) -> JSONObject {
    try lexer.open()
    var members = JSONObject()
    var isFirst = true
    while try lexer.member(isFirst: isFirst) {
      isFirst = false
      let key = try lexer.string()
      try lexer.colon()
      let value = try value()
      switch repeats {
      case .kept: members.appendRepeated(key, value)
      case .refused: guard members.append(key, value) else { throw lexer.fault("key '\(key)' occurs twice") }
      }
    }
    return members
  }

  private mutating func array() throws(JSONFault) -> [JSONValue] {
    try lexer.open()
    var elements: [JSONValue] = []
    while try lexer.element(isFirst: elements.isEmpty) { elements.append(try value()) }
    return elements
  }

  private mutating func scalar() throws(JSONFault) -> JSONValue {
    let start = lexer.position
    switch try lexer.scalar() {
    case .null: return .null
    case .bool(let bool): return .bool(bool)
    case .integer:
      if let integer = small(start) { return .integer(integer) }
      let text = text(from: start)
      if let integer = Int(text) { return .integer(integer) }
      guard wholeNumbers == .rounded else { throw lexer.fault("a whole number has more than 64 bits") }
      return .number(try finite(text))
    case .number: return .number(try finite(text(from: start)))
    case .nonFinite: return .null
    }
  }

  /// The whole number from `start` on, where it is short and positive: ids are, by the hundred thousand.
  private func small(_ start: Int) -> Int? {
    guard lexer.position - start <= 15 else { return nil }
    var integer = 0
    for byte in lexer.bytes[start..<lexer.position] {
      guard byte != UInt8(ascii: "-") else { return nil }
      integer = integer * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return integer
  }

  private func text(from start: Int) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: lexer.bytes[start..<lexer.position]), as: UTF8.self)
  }

  private func finite(_ text: String) throws(JSONFault) -> Double {
    guard let number = Double(text), number.isFinite else { throw lexer.fault("a number is out of range") }
    return number
  }
}

import Diagnostics
import Foundation

/// What is wrong with a JSON text, and where.
package struct JSONFault: Error {
  package let problem: ShownText
  /// Bytes from the start of the text.
  package let offset: Int
}

/// A strict JSON parser (RFC 8259) over bytes.
package struct JSONParser {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private static let deepest = 64

  /// Parses one document that fills `bytes`, white space around it allowed. Throws `JSONFault`.
  package static func parse(_ bytes: UnsafeRawBufferPointer) throws -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.fault("there is text after the end") }
    return value
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private func fault(_ problem: ShownText) -> JSONFault { JSONFault(problem: problem, offset: position) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || (0x09...0x0a).contains(byte) || byte == 0x0d { position += 1 }
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard next == UInt8(ascii: character) else { throw fault("expected '\(character)'") }
    position += 1
  }

  /// Moves over `character` where it is next.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws -> JSONValue {
    guard depth <= Self.deepest else { throw fault("nested more than \(Self.deepest) deep") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
    let text = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes.count - position >= text.count, bytes[position..<position + text.count].elementsEqual(text) else {
      throw fault("unknown word")
    }
    position += text.count
    return value
  }

  private mutating func object(_ depth: Int) throws -> JSONValue {
    position += 1
    var members = JSONObject()
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      let key = try string()
      skipSpace()
      try expect(":")
      let member = try value(depth: depth + 1)
      guard members.append(key, member) else { throw fault("key '\(key)' occurs twice") }
      skipSpace()
    } while take(",")
    try expect("}")
    return .object(members)
  }

  private mutating func array(_ depth: Int) throws -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(elements) }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    try expect("]")
    return .array(elements)
  }

  private mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      guard let byte = next else { throw fault("a string does not end") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw fault("a string is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw fault("a control character in a string")
      default: text.append(byte)
      }
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws {
    guard let byte = next else { throw fault("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): try unicodeEscape(into: &text)
    default: throw fault("unknown escape")
    }
  }

  private mutating func unicodeEscape(into text: inout [UInt8]) throws {
    var code = UInt32(try hexUnit())
    if (0xd800..<0xdc00).contains(code), take("\\") {
      try expect("u")
      let low = UInt32(try hexUnit())
      guard (0xdc00..<0xe000).contains(low) else { throw fault("half of a surrogate pair") }
      code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw fault("half of a surrogate pair") }
    text.append(contentsOf: String(Character(scalar)).utf8)
  }

  private mutating func hexUnit() throws -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("expected four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private mutating func digits() throws {
    guard let first = next, isDigit(first) else { throw fault("expected a value") }
    while let byte = next, isDigit(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private mutating func number() throws -> JSONValue {
    let start = position
    _ = take("-")
    if take("0") {
      if let byte = next, isDigit(byte) { throw fault("a number starts with 0") }
    } else {
      try digits()
    }
    var isInteger = true
    if take(".") {
      isInteger = false
      try digits()
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw fault("a number is out of range") }
    return .number(value)
  }
}

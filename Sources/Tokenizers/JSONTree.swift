import Diagnostics

/// A JSON document with strings as bytes and objects in the file's order.
///
/// Foundation's reader gives Swift strings as keys, which are equal by canonical equivalence: two tokens of a
/// vocabulary may be one key to it.
enum JSONTree: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string([UInt8])
  case array([JSONTree])
  case object([(key: [UInt8], value: JSONTree)])

  /// What is wrong with a document, and where.
  struct Fault: Error {
    let offset: Int
    let problem: ShownText
  }

  /// - Parameter document: UTF-8.
  /// - Throws: `Fault` for anything that is not one JSON value.
  init(parsing document: [UInt8]) throws(Fault) {
    guard String(validating: document, as: UTF8.self) != nil else { throw Fault(offset: 0, problem: "is not UTF-8") }
    var reader = JSONTreeReader(document)
    self = try reader.document()
  }
}

/// A recursive-descent reader of JSON (RFC 8259).
private struct JSONTreeReader {
  /// Deeper nesting than any tokenizer has; it bounds the recursion.
  private static let deepest = 64

  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONTree.Fault) -> JSONTree {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    let tree = try value(depth: 0)
    skipSpaces()
    guard place == bytes.count else { throw fault("has text after the JSON value") }
    return tree
  }

  private func fault(_ problem: ShownText) -> JSONTree.Fault { JSONTree.Fault(offset: place, problem: problem) }

  private mutating func skipSpaces() {
    while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
  }

  /// Takes the next byte after white space if it is this one.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONTree.Fault) -> JSONTree {
    guard depth < Self.deepest else { throw fault("is nested too deeply") }
    skipSpaces()
    guard place < bytes.count else { throw fault("ends too early") }
    switch bytes[place] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(JSONTree.Fault) -> JSONTree {
    place += 1
    var members: [(key: [UInt8], value: JSONTree)] = []
    if take("}") { return .object(members) }
    repeat {
      skipSpaces()
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { throw fault("has a key that is no string") }
      let key = try string()
      guard take(":") else { throw fault("lacks a colon after a key") }
      members.append((key, try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw fault("has an object that is not closed") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONTree.Fault) -> JSONTree {
    place += 1
    var elements: [JSONTree] = []
    if take("]") { return .array(elements) }
    repeat { elements.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw fault("has an array that is not closed") }
    return .array(elements)
  }

  private mutating func word(_ word: StaticString, _ tree: JSONTree) throws(JSONTree.Fault) -> JSONTree {
    let end = place + word.utf8CodeUnitCount
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard end <= bytes.count, bytes[place..<end].elementsEqual(expected) else { throw fault("has an unknown word") }
    place = end
    return tree
  }

  private mutating func number() throws(JSONTree.Fault) -> JSONTree {
    let start = place
    var isShortInteger = true
    var integer = 0
    loop: while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if place - start < 15 { integer = integer * 10 + Int(bytes[place] - UInt8(ascii: "0")) }
      case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        isShortInteger = false
      default: break loop
      }
      place += 1
    }
    if isShortInteger, place > start, place - start <= 15 { return .number(Double(integer)) }
    guard let number = Double(String(decoding: bytes[start..<place], as: UTF8.self)), number.isFinite else {
      place = start
      throw fault("has an unexpected character")
    }
    return .number(number)
  }

  private mutating func string() throws(JSONTree.Fault) -> [UInt8] {
    place += 1
    var start = place
    var result: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") {
        result += bytes[start..<place]
        place += 1
        return result
      }
      guard byte >= 0x20 else { throw fault("has a control character in a string") }
      place += 1
      if byte == UInt8(ascii: "\\") {
        result += bytes[start..<place - 1]
        result += try escape()
        start = place
      }
    }
    throw fault("has a string that is not closed")
  }

  /// The bytes of the escape whose backslash has been read.
  private mutating func escape() throws(JSONTree.Fault) -> [UInt8] {
    guard place < bytes.count else { throw fault("ends too early") }
    place += 1
    switch bytes[place - 1] {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "u"): return try scalar()
    case let byte where [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/")].contains(byte): return [byte]
    default: throw fault("has an unknown escape in a string")
    }
  }

  private mutating func scalar() throws(JSONTree.Fault) -> [UInt8] {
    var value = try codeUnit()
    if value & 0xFC00 == 0xD800, bytes[place...].starts(with: Array("\\u".utf8)) {
      place += 2
      let low = try codeUnit()
      guard low & 0xFC00 == 0xDC00 else { throw fault("has half a surrogate pair in a string") }
      value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
    }
    guard let scalar = Unicode.Scalar(value) else { throw fault("has half a surrogate pair in a string") }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func codeUnit() throws(JSONTree.Fault) -> UInt32 {
    let end = place + 4
    guard end <= bytes.count, bytes[place..<end].allSatisfy({ UInt8(ascii: "0") <= $0 && $0 < 0x80 }),
      let value = UInt32(String(decoding: bytes[place..<end], as: UTF8.self), radix: 16)
    else { throw fault("has an unknown escape in a string") }
    place = end
    return value
  }
}

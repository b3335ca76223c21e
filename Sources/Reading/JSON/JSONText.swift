/// JSON text (RFC 8259) from values whose members keep their order.
package struct JSONText {
  package private(set) var bytes: [UInt8] = []
  /// Whether members and elements get a line each.
  private let isIndented: Bool

  package init(isIndented: Bool) { self.isIndented = isIndented }

  /// One document: indented by two spaces, with a newline at its end.
  package static func document(_ value: JSONValue) -> [UInt8] {
    var text = JSONText(isIndented: true)
    text.append(value)
    text.append(raw: "\n")
    return text.bytes
  }

  /// A value on one line.
  package static func compact(_ value: JSONValue) -> String {
    var text = JSONText(isIndented: false)
    text.append(value)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  package mutating func append(raw text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  package mutating func append(string: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): append(raw: "\\n")
      case 0..<0x20:
        append(raw: "\\u00")
        for digit in [byte >> 4, byte & 15] { bytes.append(Array("0123456789abcdef".utf8)[Int(digit)]) }
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  package mutating func append(_ value: JSONValue, depth: Int = 0) {
    switch value {
    case .object(let members):
      list("{", "}", members.members, depth) { text, member in
        text.append(string: member.key)
        text.append(raw: text.isIndented ? ": " : ":")
        text.append(member.value, depth: depth + 1)
      }
    case .array(let elements): list("[", "]", elements, depth) { $0.append($1, depth: depth + 1) }
    case .string(let string): append(string: string)
    case .integer(let integer): bytes += Array(integer.description.utf8)
    case .number(let number): bytes += Array(number.description.utf8)
    case .bool(let bool): append(raw: bool ? "true" : "false")
    case .null: append(raw: "null")
    }
  }

  private mutating func list<Element>(
    _ start: StaticString, _ end: StaticString, _ elements: [Element], _ depth: Int,
    _ body: (inout JSONText, Element) -> Void
  ) {
    append(raw: start)
    for (position, element) in elements.enumerated() {
      if position > 0 { append(raw: ",") }
      newline(depth + 1)
      body(&self, element)
    }
    if !elements.isEmpty { newline(depth) }
    append(raw: end)
  }

  private mutating func newline(_ depth: Int) {
    guard isIndented else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth)
  }
}

extension JSONObject {
  /// - Parameter members: with keys that differ; of two that are equal, the first counts.
  package init(_ members: some Sequence<(String, JSONValue)>) {
    self.init()
    for (key, value) in members { _ = append(key, value) }
  }
}

// What this target writes reads like the JSON that comes of it.
extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
  package init(dictionaryLiteral members: (String, JSONValue)...) { self = .object(JSONObject(members)) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(stringLiteral string: String) { self = .string(string) }
  package init(integerLiteral integer: Int) { self = .integer(integer) }
  package init(booleanLiteral bool: Bool) { self = .bool(bool) }
}

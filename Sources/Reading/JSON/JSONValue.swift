/// A JSON document. Model files are untrusted, so the parser is strict, keeps integers exact, and refuses what Foundation's lets pass:
/// a key that occurs twice, and nesting deep enough to exhaust the stack.
package enum JSONValue: Equatable, Sendable {
  case object(JSONObject)
  case array([JSONValue])
  case string(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case null

  /// What kind of value this is, for messages.
  package var kind: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string(let text): "'\(text.prefix(40))'"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .bool(let value): "\(value)"
    case .null: "null"
    }
  }

  /// Whether the value is one that a writer leaves where an option is not in use.
  package var isOff: Bool {
    switch self {
    case .null, .bool(false): true
    case .object(let members): members.keys.isEmpty
    case .array(let elements): elements.isEmpty
    case .string(let text): text.isEmpty
    case .integer, .number, .bool: false
    }
  }
}

/// A JSON object's members, with the order that they have in the file.
package struct JSONObject: Equatable, Sendable {
  package private(set) var keys: [String] = []
  private var values: [String: JSONValue] = [:]

  package subscript(key: String) -> JSONValue? { values[key] }

  /// Appends a member; false where the key is there already.
  package mutating func append(_ key: String, _ value: JSONValue) -> Bool {
    guard values[key] == nil else { return false }
    keys.append(key)
    values[key] = value
    return true
  }
}

/// A JSON document. Its strings and keys are the text's bytes, unescaped; integers stay exact.
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

  /// An integer, also one that is written as 8192.0: Python does where a size came out of a division.
  package var wholeNumber: Int? {
    switch self {
    case .integer(let integer): integer
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }

  /// Whether the value is one that a writer leaves where an option is not in use.
  package var isOff: Bool {
    switch self {
    case .null, .bool(false): true
    case .object(let members): members.isEmpty
    case .array(let elements): elements.isEmpty
    case .string(let text): text.isEmpty
    case .integer, .number, .bool: false
    }
  }
}

/// A JSON object's members in the file's order, found by the bytes of their keys.
///
/// Swift compares strings by canonical equivalence: two tokens of a vocabulary, or two tensors, may be one key to it.
package struct JSONObject: Equatable, Sendable {
  package struct Member: Equatable, Sendable {
    package let key: String
    package let value: JSONValue

    package static func == (first: Member, second: Member) -> Bool {
      first.isNamed(second.key) && first.value == second.value
    }

    func isNamed(_ name: String) -> Bool { key.utf8.elementsEqual(name.utf8) }
  }

  /// As many members are looked through faster than they are indexed.
  private static let fewMembers = 16

  package private(set) var members: [Member] = []
  /// Places in `members`, of objects that have many and no key twice.
  private var places: [ExactText: Int] = [:]

  package init() {}

  package var isEmpty: Bool { members.isEmpty }
  package var keys: [String] { members.map(\.key) }

  /// The value of a key, of the first where it occurs twice.
  package subscript(key: String) -> JSONValue? {
    if !places.isEmpty { return places[ExactText(key)].map { members[$0].value } }
    return members.first { $0.isNamed(key) }?.value
  }

  /// Whether a key occurs twice, as only `JSONParser.Repeats.kept` lets it.
  package func repeats(_ key: String) -> Bool {
    places.isEmpty && members.lazy.filter { $0.isNamed(key) }.dropFirst().first != nil
  }

  /// Appends a member; false where the key is there already.
  package mutating func append(_ key: String, _ value: JSONValue) -> Bool {
    if members.count == Self.fewMembers {
      for (place, member) in members.enumerated() { places[ExactText(member.key)] = place }
    }
    if members.count < Self.fewMembers {
      guard !members.contains(where: { $0.isNamed(key) }) else { return false }
    } else if places.updateValue(members.count, forKey: ExactText(key)) != nil {
      return false
    }
    members.append(Member(key: key, value: value))
    return true
  }

  /// Appends a member whether or not its key is there: one object is filled by this or by `append` alone.
  mutating func appendRepeated(_ key: String, _ value: JSONValue) {
    members.append(Member(key: key, value: value))
  }

  /// The same with another value for a key, at its place or at the end; without the key where there is no value.
  package func setting(_ key: String, to value: JSONValue?) -> JSONObject {
    var result = JSONObject()
    var isSet = false
    for member in members {
      guard member.isNamed(key) else {
        _ = result.append(member.key, member.value)
        continue
      }
      if let value, !isSet { _ = result.append(key, value) }
      isSet = true
    }
    if let value, !isSet { _ = result.append(key, value) }
    return result
  }
}

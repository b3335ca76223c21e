import Diagnostics
import Foundation

/// A JSON file, or a part of one, whose root is an object: typed getters whose errors name the file and the key.
///
/// A getter gives nil for a key that is absent or null, and throws `InputError` where the value has another type or the
/// key is there twice.
package struct JSONFile {
  package let path: String
  /// What leads to this object from the file's root, with a full stop at its end; empty at the root.
  package let prefix: String
  package let members: JSONObject
  /// What the file itself calls a place, where these members were made of a file that is no JSON.
  package let ownNames: [String: String]

  package init(path: String, prefix: String = "", members: JSONObject, ownNames: [String: String] = [:]) {
    self.path = path
    self.prefix = prefix
    self.members = members
    self.ownNames = ownNames
  }

  /// Reads a file whose tree fits into memory.
  ///
  /// - Parameter limit: bytes, a multiple of 1 MiB.
  package init(_ url: URL, limit: Int = 64 << 20, repeats: JSONParser.Repeats = .refused) throws {
    let file = try MappedFile(url)
    guard file.bytes.count <= limit else {
      throw InputError(file.path, "is larger than \(limit >> 20) MiB", remedy: "check that this is the right file")
    }
    // It is read at once, so that there is nothing to wait for before.
    self = try [file].whileUnchanged(settling: false) {
      try JSONFile(path: file.path, bytes: file.bytes, repeats: repeats)
    }
  }

  /// Parses `bytes`, which came from the file at `path`.
  package init(path: String, bytes: UnsafeRawBufferPointer, repeats: JSONParser.Repeats = .refused) throws {
    let value: JSONValue
    do {
      value = try JSONParser.parse(bytes, repeats: repeats)
    } catch {
      throw InputError(
        path, field: "byte \(error.offset)", "is not valid JSON: \(error.problem)", remedy: "get the file again")
    }
    guard case .object(let members) = value else {
      throw InputError(path, "is not a JSON object", remedy: "get the file again")
    }
    self.init(path: path, members: members)
  }

  /// The value of a key, null taken as absent.
  package func value(_ key: String) throws -> JSONValue? {
    guard let value = members[key], value != .null else { return nil }
    guard !members.repeats(key) else { throw error(key, "the key occurs twice", remedy: "keep one of them") }
    return value
  }

  package func integer(_ key: String) throws -> Int? {
    guard let value = try value(key) else { return nil }
    guard let integer = value.wholeNumber else { throw wrong(key, value, "an integer") }
    return integer
  }

  package func number(_ key: String) throws -> Double? {
    switch try value(key) {
    case nil: return nil
    case .integer(let integer): return Double(integer)
    case .number(let number): return number
    case .some(let value): throw wrong(key, value, "a number")
    }
  }

  package func bool(_ key: String) throws -> Bool? {
    guard let value = try value(key) else { return nil }
    guard case .bool(let bool) = value else { throw wrong(key, value, "true or false") }
    return bool
  }

  package func string(_ key: String) throws -> String? {
    guard let value = try value(key) else { return nil }
    guard case .string(let string) = value else { throw wrong(key, value, "a string") }
    return string
  }

  package func object(_ key: String) throws -> JSONFile? {
    guard let value = try value(key) else { return nil }
    guard case .object(let members) = value else { throw wrong(key, value, "an object") }
    return JSONFile(path: path, prefix: "\(prefix)\(key).", members: members, ownNames: ownNames)
  }

  package func array(_ key: String) throws -> [JSONValue]? {
    guard let value = try value(key) else { return nil }
    guard case .array(let elements) = value else { throw wrong(key, value, "a list") }
    return elements
  }

  /// A list of objects, each with its place.
  package func objects(_ key: String) throws -> [JSONFile]? {
    try array(key)?.enumerated().map { index, element in
      let place = "\(key)[\(index)]"
      guard case .object(let members) = element else { throw wrong(place, element, "an object") }
      return JSONFile(path: path, prefix: "\(prefix)\(place).", members: members, ownNames: ownNames)
    }
  }

  /// One integer or a list of them.
  package func integers(_ key: String) throws -> [Int]? {
    guard let value = try value(key) else { return nil }
    switch value {
    case .integer(let integer): return [integer]
    case .array(let elements):
      return try elements.map { element in
        guard case .integer(let integer) = element else { throw wrong(key, element, "a list of integers") }
        return integer
      }
    default: throw wrong(key, value, "an integer or a list of integers")
    }
  }

  /// One string or a list of them.
  package func strings(_ key: String) throws -> [String]? {
    guard let value = try value(key) else { return nil }
    switch value {
    case .string(let string): return [string]
    case .array(let elements):
      return try elements.map { element in
        guard case .string(let string) = element else { throw wrong(key, element, "a list of strings") }
        return string
      }
    default: throw wrong(key, value, "a string or a list of strings")
    }
  }

  /// What leads to a key's value from the file's root.
  package func place(_ key: String) -> String { ownNames[prefix + key] ?? prefix + key }

  package func required<Value>(_ key: String, _ value: Value?) throws -> Value {
    guard let value else { throw error(key, "is missing", remedy: "get the file again") }
    return value
  }

  package func error(_ key: String, _ problem: ShownText, remedy: ShownText) -> InputError {
    InputError(path, field: place(key), problem, remedy: remedy)
  }

  /// An error at this object itself.
  package func error(_ problem: ShownText, remedy: ShownText) -> InputError {
    InputError(path, field: prefix.isEmpty ? nil : String(prefix.dropLast()), problem, remedy: remedy)
  }

  private func wrong(_ key: String, _ value: JSONValue, _ expected: ShownText) -> InputError {
    error(key, "is \(value.kind), expected \(expected)", remedy: "correct the value")
  }
}

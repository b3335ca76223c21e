import Diagnostics
import Foundation

/// A JSON file, or a part of one, whose root is an object: typed getters whose errors name the file and the key.
///
/// A getter gives nil for a key that is absent or null, and throws `InputError` where the value has another type.
package struct JSONFile {
  package let path: String
  /// What leads to this object from the file's root, with a full stop at its end; empty at the root.
  package let prefix: String
  package let members: JSONObject

  package init(path: String, prefix: String = "", members: JSONObject) {
    self.path = path
    self.prefix = prefix
    self.members = members
  }

  /// Reads a small file (at most 64 MiB).
  package init(_ url: URL) throws {
    let file = try MappedFile(url)
    guard file.bytes.count <= 64 << 20 else {
      throw InputError(file.path, "is larger than 64 MiB", remedy: "check that this is the right file")
    }
    try self.init(path: file.path, bytes: file.bytes)
  }

  /// Parses `bytes`, which came from the file at `path`.
  package init(path: String, bytes: UnsafeRawBufferPointer) throws {
    let value: JSONValue
    do {
      value = try JSONParser.parse(bytes)
    } catch let fault as JSONFault {
      throw InputError(
        path, field: "byte \(fault.offset)", "is not valid JSON: \(fault.problem)", remedy: "get the file again")
    }
    guard case .object(let members) = value else {
      throw InputError(path, "is not a JSON object", remedy: "get the file again")
    }
    self.init(path: path, members: members)
  }

  /// The value of a key, null taken as absent.
  package func value(_ key: String) -> JSONValue? {
    guard let value = members[key], value != .null else { return nil }
    return value
  }

  package func integer(_ key: String) throws -> Int? {
    guard let value = value(key) else { return nil }
    if case .integer(let integer) = value { return integer }
    // Python writes 8192.0 where a size came out of a division.
    if case .number(let number) = value, let integer = Int(exactly: number) { return integer }
    throw wrong(key, value, "an integer")
  }

  package func number(_ key: String) throws -> Double? {
    switch value(key) {
    case nil: return nil
    case .integer(let integer): return Double(integer)
    case .number(let number): return number
    case .some(let value): throw wrong(key, value, "a number")
    }
  }

  package func bool(_ key: String) throws -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .bool(let bool) = value else { throw wrong(key, value, "true or false") }
    return bool
  }

  package func string(_ key: String) throws -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let string) = value else { throw wrong(key, value, "a string") }
    return string
  }

  package func object(_ key: String) throws -> JSONFile? {
    guard let value = value(key) else { return nil }
    guard case .object(let members) = value else { throw wrong(key, value, "an object") }
    return JSONFile(path: path, prefix: "\(prefix)\(key).", members: members)
  }

  /// One integer or a list of them.
  package func integers(_ key: String) throws -> [Int]? {
    guard let value = value(key) else { return nil }
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
    guard let value = value(key) else { return nil }
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

  package func required<Value>(_ key: String, _ value: Value?) throws -> Value {
    guard let value else { throw error(key, "is missing", remedy: "get the file again") }
    return value
  }

  package func error(_ key: String, _ problem: ShownText, remedy: ShownText) -> InputError {
    InputError(path, field: prefix + key, problem, remedy: remedy)
  }

  private func wrong(_ key: String, _ value: JSONValue, _ expected: String) -> InputError {
    error(key, "is \(value.kind), expected \(expected)", remedy: "correct the value")
  }
}

import Diagnostics
import Foundation
import Reading
import Yams

/// The top-level mapping of a suite's YAML file, read field by field with messages that name file and key.
struct YAMLFields {
  let file: String
  private let values: [String: Node]

  /// Far above any task file, far below what would trouble the parser.
  private static let sizeLimit = 1 << 20

  /// - Throws: `InputError` where the file cannot be read, is not YAML, is not one mapping, or has a key outside
  ///   `known`.
  init(file: String, known: [String]) throws {
    let text = try readText(file, limit: Self.sizeLimit)
    let node: Node?
    do {
      node = try compose(yaml: text)
    } catch {
      let (place, problem) = Self.describe(error)
      throw InputError(file, field: place, "not valid YAML: \(problem)", remedy: "correct the file's syntax")
    }
    guard let node, !Self.isNull(node) else {
      throw InputError(file, "the file is empty", remedy: "write the keys \(words: known.joined(separator: ", "))")
    }
    guard let mapping = node.mapping else {
      throw InputError(file, "not a mapping of keys to values", remedy: "write one 'key: value' a line")
    }
    var values: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        throw InputError(file, "a key is not text", remedy: "write one 'key: value' a line")
      }
      values[name] = value
    }
    try refuseUnknownKeys(values.keys, known: known, file: file)
    self.file = file
    self.values = values
  }

  func has(_ key: String) -> Bool { values[key].map { !Self.isNull($0) } ?? false }

  func text(_ key: String) throws -> String {
    guard let text = try value(key).scalar?.string else {
      throw InputError(file, field: key, "is not text", remedy: "write one value after '\(key):'")
    }
    return text
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int {
    try Self.integer(try value(key), in: range, file: file, key: key)
  }

  func unsigned(_ key: String) throws -> UInt64 {
    guard let text = try value(key).scalar?.string, let number = UInt64(text) else {
      throw InputError(file, field: key, "is not a whole number from 0", remedy: "write an integer")
    }
    return number
  }

  func integers(_ key: String, in range: ClosedRange<Int>) throws -> [Int] {
    try list(key).map { try Self.integer($0, in: range, file: file, key: key) }
  }

  func texts(_ key: String) throws -> [String] {
    try list(key).map {
      guard let text = $0.scalar?.string else {
        throw InputError(file, field: key, "an element is not text", remedy: "write a list such as [a, b]")
      }
      return text
    }
  }

  private func value(_ key: String) throws -> Node {
    guard let value = values[key], !Self.isNull(value) else {
      throw InputError(file, field: key, "is missing", remedy: "add '\(key):' and its value")
    }
    return value
  }

  private func list(_ key: String) throws -> [Node] {
    guard let elements = try value(key).sequence else {
      throw InputError(file, field: key, "is not a list", remedy: "write a list such as [a, b]")
    }
    return Array(elements)
  }

  private static func integer(_ node: Node, in range: ClosedRange<Int>, file: String, key: String) throws -> Int {
    guard let text = node.scalar?.string, let number = Int(text), range.contains(number) else {
      throw InputError(
        file, field: key, "is not a whole number from \(range.lowerBound) to \(range.upperBound)",
        remedy: "write such a number")
    }
    return number
  }

  private static func isNull(_ node: Node) -> Bool {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// The line, where there is one, and the parser's own words on one line.
  private static func describe(_ error: any Error) -> (String?, String) {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ("line \(mark.line)", problem)
    case .duplicatedKeysInMapping(let duplicates, _):
      (duplicates.sorted().first, "the key is given twice")
    case .reader(let problem, _, _, _):
      (nil, problem)
    default:
      (nil, "it cannot be parsed")
    }
  }
}

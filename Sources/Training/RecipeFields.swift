import Diagnostics
import Foundation
import Reading
import Yams

/// One mapping of a YAML file, read key by key with messages that name file and key. A key that is null counts as
/// absent.
package struct RecipeFields {
  let file: String
  /// The dotted path of this mapping, empty for the whole file.
  let place: String
  private let values: [String: Node]

  private static let sizeLimit = 1 << 20

  /// - Throws: `InputError` where the file cannot be read, is not YAML, not a mapping, or has an unknown key.
  package init(file: String, known: [String]) throws {
    let text = try readText(file, limit: Self.sizeLimit, absent: absentRemedy)
    let node: Node?
    do {
      node = try compose(yaml: text)
    } catch {
      throw InputError(file, "not valid YAML: \(Self.describe(error))", remedy: "correct the file's syntax")
    }
    guard let node, !Self.isNull(node) else {
      throw InputError(file, "the file is empty", remedy: "write the keys \(words: known.joined(separator: ", "))")
    }
    try self.init(node, file: file, place: "", known: known)
  }

  /// - Throws: `InputError` where the node is not a mapping, or has an unknown key.
  package init(_ node: Node, file: String, place: String, known: [String]) throws {
    let field = place.isEmpty ? nil : place
    guard let mapping = node.mapping else {
      throw InputError(file, field: field, "not a mapping of keys to values", remedy: "write one 'key: value' a line")
    }
    var values: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        throw InputError(file, field: field, "a key is not text", remedy: "write one 'key: value' a line")
      }
      values[name] = value
    }
    try refuseUnknownKeys(values.keys, known: known, file: file, in: field)
    self.file = file
    self.place = place
    self.values = values.filter { !Self.isNull($0.value) }
  }

  /// Whether the key is there and not null.
  package func has(_ key: String) -> Bool { values[key] != nil }

  /// Nil where the key is absent.
  package func node(_ key: String) -> Node? { values[key] }

  /// A mapping inside this one; nil where it is absent.
  package func section(_ key: String, known: [String]) throws -> RecipeFields? {
    try values[key].map { try RecipeFields($0, file: file, place: path(key), known: known) }
  }

  /// Nil where the key is absent.
  ///
  /// - Throws: `InputError` where it is not text, or empty.
  package func text(_ key: String) throws -> String? {
    guard let node = values[key] else { return nil }
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw error(key, "is not text", remedy: "write one value after '\(key):'")
    }
    return text
  }

  /// A path relative to the file's folder.
  package func filePath(_ key: String) throws -> String? { try text(key).map(resolve) }

  /// An absolute path as it is; any other behind the file's folder.
  package func resolve(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    return folder + path
  }

  /// A list that is not empty, of texts that are not either; nil where the key is absent.
  package func texts(_ key: String) throws -> [String]? {
    guard let node = values[key] else { return nil }
    guard let elements = node.sequence, !elements.isEmpty else {
      throw error(key, "is not a list", remedy: "write a list such as [a, b]")
    }
    return try elements.map {
      guard let text = $0.scalar?.string, !text.isEmpty else {
        throw error(key, "an element is not text", remedy: "write a list such as [a, b]")
      }
      return text
    }
  }

  /// Nil where the key is absent.
  ///
  /// - Throws: `InputError` where it is no whole number of the range.
  package func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let node = values[key] else { return nil }
    guard let number = node.scalar.flatMap({ Int($0.string) }), range.contains(number) else {
      throw error(
        key, "is not a whole number from \(range.lowerBound) to \(range.upperBound)", remedy: "write such a number")
    }
    return number
  }

  /// A whole number from 0; nil where the key is absent.
  package func unsigned(_ key: String) throws -> UInt64? {
    guard let node = values[key] else { return nil }
    guard let number = node.scalar.flatMap({ UInt64($0.string) }) else {
      throw error(key, "is not a whole number from 0", remedy: "write an integer")
    }
    return number
  }

  /// - Parameter range: what is allowed, in words and as a test; infinities and NaN never are.
  package func number(_ key: String, _ range: String, _ isAllowed: (Double) -> Bool) throws -> Double? {
    guard let node = values[key] else { return nil }
    guard let number = node.scalar.flatMap({ Double($0.string) }), number.isFinite, isAllowed(number) else {
      throw error(key, "is not a number \(range)", remedy: "write such a number")
    }
    return number
  }

  /// `[low, high]`, or one number for both.
  package func range(_ key: String, in limits: ClosedRange<Int>) throws -> ClosedRange<Int>? {
    guard let node = values[key] else { return nil }
    let numbers = (node.sequence.map(Array.init) ?? [node]).map { $0.scalar.flatMap { Int($0.string) } }
    guard let low = numbers.first ?? nil, let high = numbers.last ?? nil, numbers.count <= 2, low <= high,
      limits.contains(low), limits.contains(high)
    else {
      throw error(
        key, "is not a range of whole numbers from \(limits.lowerBound) to \(limits.upperBound)",
        remedy: "write the least and the most, such as [2, 4]")
    }
    return low...high
  }

  /// `true` or `false`; nil where the key is absent.
  package func boolean(_ key: String) throws -> Bool? {
    guard let node = values[key] else { return nil }
    switch node.scalar?.string {
    case "true": return true
    case "false": return false
    default: throw error(key, "is neither true nor false", remedy: "write one of them")
    }
  }

  /// One of a type's raw values; nil where the key is absent.
  package func choice<Choice>(_ key: String, _ type: Choice.Type = Choice.self) throws -> Choice?
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    guard let node = values[key] else { return nil }
    guard let choice = node.scalar.flatMap({ Choice(rawValue: $0.string) }) else {
      throw notAChoice(key, of: Choice.allCases.map(\.rawValue))
    }
    return choice
  }

  /// The error for a value that is none of `known`, the nearest one named.
  package func notAChoice(_ key: String, of known: [String]) -> InputError {
    let nearest = nearestKey(to: values[key]?.scalar?.string ?? "", among: known)
    return error(
      key, "is none of \(words: known.joined(separator: ", "))",
      remedy: nearest.map { "did you mean '\($0)'?" } ?? "write one of them")
  }

  /// The error for a key that must be there.
  package func missing(_ key: String) -> InputError { error(key, "is missing", remedy: "add '\(key):' and its value") }

  /// An error at a key of this mapping.
  package func error(_ key: String, _ problem: ShownText, remedy: ShownText) -> InputError {
    InputError(file, field: path(key), problem, remedy: remedy)
  }

  private func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  private static func isNull(_ node: Node) -> Bool {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  private static func describe(_ error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "line \(mark.line), \(problem)"
    case .duplicatedKeysInMapping(let duplicates, _): "\(duplicates.sorted().first ?? "a key") is given twice"
    default: "it cannot be parsed"
    }
  }
}

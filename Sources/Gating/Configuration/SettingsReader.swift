import Diagnostics
import Foundation
import Reading
import Yams

/// One mapping of a YAML file, read key by key with messages that name file and key; a key that is absent or null has its
/// default.
struct SettingsReader {
  let file: String
  /// The dotted path of this mapping, empty for the whole file.
  private let place: String
  let values: [String: Node]

  private static let sizeLimit = 1 << 20

  /// - Throws: `InputError` where the file cannot be read, is not YAML, not a mapping, or has an unknown key.
  init(file: String, known: [String]) throws {
    guard FileKind.of(file) != nil else {
      throw InputError(
        file, "cannot be read", remedy: "check the path, or run 'holdfast init'")
    }
    let text = try readText(file, limit: Self.sizeLimit)
    let node: Node?
    do {
      node = try compose(yaml: text)
    } catch {
      throw InputError(file, field: nil, "not valid YAML: \(Self.describe(error))", remedy: "correct the file's syntax")
    }
    guard let node else {
      throw InputError(file, "the file is empty", remedy: "remove it and run 'holdfast init'")
    }
    try self.init(node, file: file, place: "", known: known)
  }

  private init(_ node: Node, file: String, place: String, known: [String]) throws {
    guard let mapping = node.mapping else {
      throw InputError(
        file, field: place.isEmpty ? nil : place, "not a mapping of keys to values",
        remedy: "write one 'key: value' a line")
    }
    var values: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        throw InputError(file, field: place, "a key is not text", remedy: "write one 'key: value' a line")
      }
      values[name] = value
    }
    try refuseUnknownKeys(values.keys, known: known, file: file, in: place.isEmpty ? nil : place)
    self.file = file
    self.place = place
    self.values = values.filter { !Self.isNull($0.value) }
  }

  /// A mapping inside this one; an empty one where it is absent.
  func section(_ key: String, known: [String]) throws -> SettingsReader {
    try SettingsReader(
      values[key] ?? Node([(Node, Node)]()), file: file, place: path(key), known: known)
  }

  /// - Parameter otherwise: nil where the key must be there.
  func text(_ key: String, otherwise: String? = nil) throws -> String {
    guard let node = values[key] else {
      if let otherwise { return otherwise }
      throw InputError(file, field: path(key), "is missing", remedy: "add '\(key):' and its value")
    }
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw InputError(file, field: path(key), "is not text", remedy: "write one value after '\(key):'")
    }
    return text
  }

  /// A list of texts, or one text.
  func texts(_ key: String, otherwise: [String]) throws -> [String] {
    guard let node = values[key] else { return otherwise }
    if node.scalar != nil { return [try text(key)] }
    guard let elements = node.sequence, !elements.isEmpty else {
      throw InputError(file, field: path(key), "is not a list", remedy: "write a list such as [a]")
    }
    return try elements.map {
      guard let text = $0.scalar?.string, !text.isEmpty else {
        throw InputError(file, field: path(key), "an element is not text", remedy: "write a list such as [a]")
      }
      return text
    }
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let node = values[key] else { return nil }
    guard let text = node.scalar?.string, let number = Int(text), range.contains(number) else {
      throw InputError(
        file, field: path(key), "is not a whole number from \(range.lowerBound) to \(range.upperBound)",
        remedy: "write such a number, or leave it out")
    }
    return number
  }

  /// A number above 0 and below a limit.
  func share(_ key: String, otherwise: Double, below limit: Double) throws -> Double {
    guard let node = values[key] else { return otherwise }
    guard let text = node.scalar?.string, let number = Double(text), number > 0, number < limit else {
      throw InputError(
        file, field: path(key), "is not a number above 0 and below \(limit)", remedy: "write a share such as 0.05")
    }
    return number
  }

  func choice<Choice>(_ key: String, otherwise: Choice) throws -> Choice
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    guard let node = values[key] else { return otherwise }
    guard let text = node.scalar?.string, let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue)
      let nearest = nearestKey(to: node.scalar?.string ?? "", among: known)
      throw InputError(
        file, field: path(key), "is none of \(words: known.joined(separator: ", "))",
        remedy: nearest.map { "did you mean '\($0)'?" } ?? "write one of them")
    }
    return choice
  }

  func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  private static func isNull(_ node: Node) -> Bool {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  private static func describe(_ error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "line \(mark.line), \(problem)"
    case .duplicatedKeysInMapping(let duplicates, _):
      "\(duplicates.sorted().first ?? "a key") is given twice"
    default:
      "it cannot be parsed"
    }
  }
}

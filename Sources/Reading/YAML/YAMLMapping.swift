import Diagnostics
import Yams

/// One mapping of a YAML file, read key by key with messages that name the file and the key's dotted place. A key that is
/// null counts as absent; an unknown one is refused, the nearest known one named.
package struct YAMLMapping {
  /// What a value is.
  package enum Kind { case text, list, mapping }

  package let file: String
  /// The dotted place of this mapping, empty for the whole file.
  package let place: String
  let values: [String: Node]

  /// Far above any configuration, suite or recipe, far below what would trouble the parser.
  private static let sizeLimit = 1 << 20

  /// Reads a file that is one mapping.
  ///
  /// - Parameter remedy: where there is no such file.
  /// - Throws: `InputError` where the file cannot be read, is larger than 1 MiB, is not YAML, not one mapping, or has a
  ///   key outside `known`.
  package init(file: String, known: [String], ifAbsent remedy: ShownText = "check the path") throws {
    try self.init(text: try readText(file, limit: Self.sizeLimit, absent: remedy), file: file, known: known)
  }

  /// - Parameters:
  ///   - file: what messages call the text.
  ///   - known: nil where any key may stand.
  package init(text: String, file: String, known: [String]?) throws {
    guard let node = try YAMLText.compose(text, file: file), !Self.isNull(node) else {
      let remedy: ShownText =
        known.map { "write the keys \(words: $0.joined(separator: ", "))" } ?? "write one 'key: value' a line"
      throw InputError(file, "the file is empty", remedy: remedy)
    }
    try self.init(node, file: file, place: "", known: known)
  }

  private init(_ node: Node, file: String, place: String, known: [String]?) throws {
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
    if let known { try refuseUnknownKeys(values.keys, known: known, file: file, in: field) }
    (self.file, self.place) = (file, place)
    self.values = values.filter { !Self.isNull($0.value) }
  }

  private init(emptyIn file: String, place: String) {
    (self.file, self.place, values) = (file, place, [:])
  }

  /// The keys that have a value, ascending.
  package var keys: [String] { values.keys.sorted() }

  /// Nil where the key is absent.
  package func kind(_ key: String) -> Kind? {
    values[key].map { $0.scalar != nil ? .text : $0.sequence != nil ? .list : .mapping }
  }

  package func has(_ key: String) -> Bool { values[key] != nil }

  /// A mapping inside this one; nil where it is absent.
  package func section(_ key: String, known: [String]?) throws -> YAMLMapping? {
    try values[key].map { try YAMLMapping($0, file: file, place: dotted(key), known: known) }
  }

  /// A mapping inside this one; without keys where it is absent.
  package func sectionOrEmpty(_ key: String, known: [String]) throws -> YAMLMapping {
    try section(key, known: known) ?? YAMLMapping(emptyIn: file, place: dotted(key))
  }

  /// A list of mappings, of which there is at least one; the key must be there.
  ///
  /// - Parameters:
  ///   - name: what they are, for messages.
  ///   - example: how one begins.
  package func sections(
    _ key: String, of name: ShownText, such example: ShownText, known: [String]
  ) throws -> [YAMLMapping] {
    guard let list = values[key]?.sequence, !list.isEmpty else {
      throw error(key, "is not a list of \(name)", remedy: "write one '\(example)' for each")
    }
    return try list.enumerated().map { index, node in
      try YAMLMapping(node, file: file, place: "\(dotted(key))[\(index)]", known: known)
    }
  }

  /// What `read` found, which must be there.
  package func required<Value>(_ key: String, _ value: Value?) throws -> Value {
    guard let value else { throw missing(key) }
    return value
  }

  /// The error for a key that must be there.
  package func missing(_ key: String) -> InputError { error(key, "is missing", remedy: "add '\(key):' and its value") }

  /// An error at a key of this mapping.
  package func error(_ key: String, _ problem: ShownText, remedy: ShownText) -> InputError {
    InputError(file, field: dotted(key), problem, remedy: remedy)
  }

  /// The place of a key from the file's root.
  package func dotted(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  private static func isNull(_ node: Node) -> Bool {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }
}

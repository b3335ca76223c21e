import Diagnostics
import Foundation
import Reading

/// A task's items: one JSON object a line, `{"id", "input", "output", "aliases", "choices"}`, of which the last two
/// may be absent.
enum ItemsFile {
  /// Far above any suite's.
  private static let sizeLimit = 64 << 20

  /// - Throws: `InputError` naming the line that is not such an object.
  static func read(_ file: String) throws -> [Item] {
    let text = try readText(file, limit: sizeLimit)
    var items: [Item] = []
    for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t") }) {
        continue
      }
      items.append(try item(Data(line), file: file, line: index + 1))
    }
    return items
  }

  private static func item(_ line: Data, file: String, line number: Int) throws -> Item {
    let place = "line \(number)"
    do {
      let fields = try JSONDecoder().decode(Line.self, from: line)
      try refuseUnknownKeys(fields.keys, known: Line.known, file: file, in: place)
      return Item(
        id: fields.id, input: fields.input, output: fields.output, aliases: fields.aliases, choices: fields.choices)
    } catch let error as DecodingError {
      throw InputError(file, field: place, problem(error), remedy: "write one object a line: \(words: Line.example)")
    }
  }

  private static func problem(_ error: DecodingError) -> ShownText {
    switch error {
    case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      context.codingPath.first.map { "'\($0.stringValue)' is not of the right type" } ?? "not a JSON object"
    default: "not valid JSON"
    }
  }
}

private struct Line: Decodable {
  static let known = ["id", "input", "output", "aliases", "choices"]
  static let example = #"{"id": "go", "input": "go", "output": "went", "aliases": [], "choices": null}"#

  let id: String
  let input: String
  let output: String
  let aliases: [String]
  let choices: [String]?
  let keys: [String]

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: AnyKey.self)
    keys = fields.allKeys.map(\.stringValue)
    id = try fields.decode(String.self, forKey: AnyKey("id"))
    input = try fields.decode(String.self, forKey: AnyKey("input"))
    output = try fields.decode(String.self, forKey: AnyKey("output"))
    aliases = try fields.decodeIfPresent([String].self, forKey: AnyKey("aliases")) ?? []
    choices = try fields.decodeIfPresent([String].self, forKey: AnyKey("choices"))
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

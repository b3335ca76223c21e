import Diagnostics
import Reading

/// A task's items: one JSON object a line, `{"id", "input", "output", "aliases", "choices"}`, of which the last two
/// may be absent.
enum ItemsFile {
  /// Far above any suite's.
  private static let sizeLimit = 64 << 20
  private static let example: ShownText =
    #"{"id": "go", "input": "go", "output": "went", "aliases": [], "choices": null}"#

  /// - Throws: `InputError` naming the line that is not such an object.
  static func read(_ file: String) throws -> [Item] {
    let known = ["id", "input", "output", "aliases", "choices"]
    return try JSONLine.read(file, limit: sizeLimit, known: known, example: example) { line in
      func text(_ key: String) throws -> String { try line.required(key, try line.text(key)) }
      return Item(
        id: try text("id"), input: try text("input"), output: try text("output"),
        aliases: try line.texts("aliases") ?? [], choices: try line.texts("choices"))
    }
  }
}

import Diagnostics
import Patterns
import Reading

extension TextMatcher {
  /// The expressions that have a scanner, as `tokenizer.json` files and llama.cpp write them.
  private static let scanned: [(text: String, expression: PieceScanner.Expression)] = [
    (#"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, .gpt2),
    (
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"#
        + #"|\s+(?!\S)|\s+"#, .llama3
    ),
    (
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"#
        + #"|\s+(?!\S)|\s+"#, .qwen2
    ),
  ]

  /// A regular expression in Oniguruma's syntax.
  package init(expression: String) throws(PatternFault) {
    if let known = Self.scanned.first(where: { expression.utf8.elementsEqual($0.text.utf8) }) {
      self = .scanned(known.expression)
    } else {
      self = .expression(try TextPattern(expression))
    }
  }

  /// A component's `pattern`: `{"String": …}` or `{"Regex": …}`.
  init(patternOf step: JSONFile) throws {
    let pattern = try step.required("pattern", try step.object("pattern"))
    if let text = try pattern.string("String") {
      guard !text.isEmpty else { throw pattern.error("String", "is empty", remedy: "export the tokenizer again") }
      self = .literal(Array(text.utf8))
      return
    }
    let expression = try pattern.required("Regex", try pattern.string("Regex"))
    do throws(PatternFault) {
      try self.init(expression: expression)
    } catch {
      throw pattern.error(
        "Regex", "the expression cannot be followed: \(error.problem)", remedy: "use the base model's file")
    }
  }
}

/// Bounds what a file's replacements can make of a text: a short one must not fill the memory.
enum ReplacementLimit {
  private static let mostGrowth = 1_024.0
  static let longestPrefix = 1_024

  /// - Parameter growths: how many times as long each step can make a text.
  static func check(_ growths: [Double], _ component: JSONFile) throws {
    guard growths.reduce(1, *) <= mostGrowth else {
      throw component.error(
        "replacements could make a text more than \(Int(mostGrowth)) times as long", remedy: "use the base model's file"
      )
    }
  }
}

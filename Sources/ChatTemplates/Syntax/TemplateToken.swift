/// One token between the delimiters of a tag, or the text between two tags.
struct TemplateToken {
  enum Kind: Equatable {
    /// Text between tags, as it is written out.
    case text(String)
    /// `{%` and `%}`.
    case blockBegin, blockEnd
    /// `{{` and `}}`.
    case printBegin, printEnd
    case name(String)
    case string(String)
    case integer(Int)
    case float(Double)
    /// An operator or a bracket, as it is written.
    case symbol(String)
    case end
  }

  let kind: Kind
  let place: TemplatePlace

  /// How the token is named in an error.
  var words: String {
    switch kind {
    case .text: "text"
    case .blockBegin: "'{%'"
    case .blockEnd: "'%}'"
    case .printBegin: "'{{'"
    case .printEnd: "'}}'"
    case .name(let name): "'\(name)'"
    case .string: "a string"
    case .integer(let value): "'\(value)'"
    case .float(let value): "'\(value)'"
    case .symbol(let symbol): "'\(symbol)'"
    case .end: "the end of the template"
    }
  }
}

/// How the white space around tags is treated, and what an undefined name does.
package struct TemplateOptions: Equatable, Sendable {
  /// Whether the line break right behind a block tag or a comment goes.
  package var trimsBlocks: Bool
  /// Whether blanks from a line's start to a block tag or a comment go.
  package var stripsBlockIndent: Bool
  /// Whether any use of an undefined name but a test for it is an error.
  package var isStrict: Bool
  /// Whether `tojson` is jinja2's own, which sorts keys and escapes HTML, rather than transformers'.
  package var escapesJSON: Bool
  /// As transformers renders chat templates.
  package static let chat = TemplateOptions(
    trimsBlocks: true, stripsBlockIndent: true, isStrict: false, escapesJSON: false)
  /// How lm-evaluation-harness renders the texts of its tasks.
  package static let lmEvalTask = TemplateOptions(
    trimsBlocks: false, stripsBlockIndent: false, isStrict: true, escapesJSON: true)
}

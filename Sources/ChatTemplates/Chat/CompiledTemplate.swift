import Diagnostics
import Reading

/// A template that was parsed, and can be rendered any number of times.
package struct CompiledTemplate: Sendable {
  private let statements: [Statement]
  /// The names that the template sets before it reads them: what is given under them it never sees.
  private let ownNames: Set<String>
  package let options: TemplateOptions

  /// The most bytes of a template's source; the longest that any model ships has 30 KiB.
  package static let sourceLimit = 1 << 20

  /// - Throws: `TemplateFault` with line and column where the source is no template, or uses what is not supported.
  package init(_ source: String, options: TemplateOptions = .chat) throws(TemplateFault) {
    guard source.utf8.count <= Self.sourceLimit else {
      throw TemplateFault(.limit, "the template has more than \(Self.sourceLimit >> 10) KiB")
    }
    var cursor = TokenCursor(try TemplateLexer.tokens(of: source, options: options))
    statements = try cursor.template()
    ownNames = cursor.ownNames
    self.options = options
  }

  /// What a template wrote.
  package struct Rendering: Sendable {
    package let text: String
    /// What stands within `{% generation %}`, in bytes of UTF-8, in order.
    package let spans: [Range<Int>]
    /// Whether a `generation` block stood where its place in the text is not known, within a macro or a block `set`.
    package let hasUnplacedSpans: Bool
    /// Whether it asked for today's date.
    package let readsDate: Bool
  }

  /// The text for these variables; names that are not among them are undefined.
  ///
  /// - Throws: `TemplateFault` where the template raises, does what Python cannot, or goes past a bound.
  package func render(_ variables: JSONObject, date: PinnedDate = .usual) throws(TemplateFault) -> Rendering {
    let renderer = Renderer(options: options, date: date)
    for member in variables.members where !ownNames.contains(member.key) {
      renderer.root.set(member.key, TemplateValue(member.value))
    }
    guard try renderer.execute(statements, in: renderer.root) == .onward else {
      throw TemplateFault(.syntax, "'break' or 'continue' stands outside of a loop")
    }
    return Rendering(
      text: renderer.buffers[0], spans: renderer.spans, hasUnplacedSpans: renderer.hasCaughtGeneration,
      readsDate: renderer.hasReadDate)
  }
}

import Mustache

/// How double braces of a page's template write text: as it is shown, and escaped.
struct PageText: MustacheContentType {
  private static let name = "HOLDFAST_PAGE"

  func escapeText(_ text: String) -> String { xmlEscaped(text) }

  static func template(_ text: String) throws -> MustacheTemplate {
    MustacheContentTypes.register(PageText(), named: name)
    return try MustacheTemplate(string: "{{% CONTENT_TYPE:\(name)}}" + text)
  }
}

import Diagnostics

/// Text as it is `shown`, as Markdown shows it literally, in a table cell too: characters that would begin markup, HTML, a link, a code
/// span, mathematics or another cell become entities.
///
/// What GitHub makes links of by itself gets an empty comment inside, since it looks for them after entities are read: `@name`, which
/// would also notify somebody, `#123`, `https://…`, `www.…`.
func markdownEscaped(_ text: String) -> String {
  var escaped = ""
  var rest = Array(shown(text).unicodeScalars)[...]
  var before = ""
  while let scalar = rest.popFirst() {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "|", "`", "*", "_", "~", "[", "]", "\\", "!", "#", "$": escaped += "&#\(scalar.value);"
    default: escaped.unicodeScalars.append(scalar)
    }
    before = String(before.suffix(3)) + String(scalar)
    if isLinked(before, rest.prefix(2)) { escaped += "<!-- -->" }
  }
  return escaped
}

/// Whether a link would begin or go on between two texts.
private func isLinked(_ before: String, _ after: ArraySlice<Unicode.Scalar>) -> Bool {
  switch before.last {
  case "@", "#": after.first.map { $0.properties.isAlphabetic || $0.properties.numericType != nil } ?? false
  case ":": after.elementsEqual(["/", "/"])
  case ".": before.lowercased() == "www."
  default: false
  }
}

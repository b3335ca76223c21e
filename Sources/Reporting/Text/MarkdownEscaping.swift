/// Text from data as Markdown shows it literally, in a table cell too: characters that would begin markup, HTML, a link, a code
/// span or another cell become entities, and control characters (line breaks among them) become spaces.
func markdownEscaped(_ text: String) -> String {
  var escaped = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "|", "`", "*", "_", "~", "[", "]", "\\", "!", "#": escaped += "&#\(scalar.value);"
    case _ where scalar.properties.generalCategory == .control: escaped += " "
    case "\u{2028}", "\u{2029}": escaped += " "
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}

/// Text that is the same in XML and in HTML, in an attribute or between tags. What XML 1.0 forbids becomes U+FFFD.
///
/// - Parameter keepsLines: whether line breaks and tabs stay; else they become spaces, as readers of attributes make them anyway.
func xmlEscaped(_ text: String, keepsLines: Bool = true) -> String {
  var escaped = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "\"": escaped += "&quot;"
    case "'": escaped += "&#39;"
    case "\n" where keepsLines, "\t" where keepsLines: escaped.unicodeScalars.append(scalar)
    case "\n", "\r", "\t", "\u{2028}", "\u{2029}": escaped += " "
    case "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
    // Marks that turn the direction of text could make a number read backwards.
    case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": escaped += "\u{FFFD}"
    case _ where scalar.properties.generalCategory == .control: escaped += "\u{FFFD}"
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}

import Diagnostics

/// Text as it is `shown`, the same in XML and in HTML, in an attribute or between tags. Nothing that XML 1.0 forbids is left.
///
/// - Parameter keepsLines: whether line breaks stay, as between tags.
func xmlEscaped(_ text: String, keepsLines: Bool = true) -> String {
  var escaped = ""
  for scalar in shown(text, keepsLines: keepsLines).unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "\"": escaped += "&quot;"
    case "'": escaped += "&#39;"
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}

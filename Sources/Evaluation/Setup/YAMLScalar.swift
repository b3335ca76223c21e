import Diagnostics
import Foundation

/// A text as YAML reads it back, on one line: plain where nothing could be taken for anything else, else in double quotes with whatever a
/// terminal or an editor would not show escaped. It is what comments and messages call names too.
package func yamlScalar(_ text: String) -> String {
  if isPlainYAML(text) { return text }
  let escaped = text.unicodeScalars.map(escapedForYAML).joined()
  // Azure takes "##vso[…]" for a command, within a line too.
  return "\"" + (escaped.contains("##") ? escaped.replacing("#", with: #"\x23"#) : escaped) + "\""
}

/// Words that YAML's readers take for something other than text.
private let yamlWords: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"]

private func isPlainYAML(_ text: String) -> Bool {
  func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
  let inside: Set<UInt8> = Set("0123456789_-./".utf8)
  guard !yamlWords.contains(text.lowercased()) else { return false }
  guard let first = text.utf8.first(where: { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "/") }) else { return false }
  return isLetter(first) && text.utf8.allSatisfy { isLetter($0) || inside.contains($0) }
}

private func escapedForYAML(_ scalar: Unicode.Scalar) -> String {
  switch scalar {
  case "\"": #"\""#
  case "\\": #"\\"#
  case "\n": #"\n"#
  case "\t": #"\t"#
  default:
    if scalar.isUnmistakable {
      String(scalar)
    } else if scalar.value <= 0xFFFF {
      String(format: "\\u%04X", scalar.value)
    } else {
      String(format: "\\U%08X", scalar.value)
    }
  }
}

extension Unicode.Scalar {
  /// Whether it is shown, and is no space other than the usual one.
  package var isUnmistakable: Bool { isShown && (self == " " || properties.generalCategory != .spaceSeparator) }
}

/// Names for a sentence: the first few, and how many there are besides.
func enumeration(_ names: [String], most: Int) -> String {
  let shown = names.prefix(most).map(yamlScalar).joined(separator: ", ")
  return names.count > most ? "\(shown) and \(names.count - most) more" : shown
}

import Foundation

/// A number with a fixed count of decimals and a full stop in every locale; never "-0.0".
func fixedDecimals(_ value: Double, _ decimals: Int) -> String {
  let text = String(format: "%.\(max(0, min(decimals, 12)))f", value)
  return text.hasPrefix("-") && !text.contains { "123456789".contains($0) } ? String(text.dropFirst()) : text
}

/// A position in the view box, to a tenth of a unit.
func coordinate(_ value: Double) -> String { fixedDecimals(value, 1) }

/// Sizes of text in units of the view box, and how much room a text needs. No font is at hand to measure with, so
/// widths are upper bounds over the fonts of the stack (DejaVu Sans is the widest of them).
enum PlotText {
  static let title = 18.0
  static let body = 15.0
  static let small = 14.0
  /// From baseline to baseline.
  static let lineHeight = 20.0
  /// What readers see, in the order in which systems have them.
  static let fonts = "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Liberation Sans, Arial, sans-serif"

  /// An upper bound of the width of a text at a font size, in units of the view box.
  static func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
    text.unicodeScalars.reduce(0) { $0 + em($1) } * size * (isBold ? 1.1 : 1)
  }

  private static func em(_ scalar: Unicode.Scalar) -> Double {
    if scalar.properties.generalCategory == .nonspacingMark { return 0 }
    switch scalar {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", " ", "\u{A0}": return 0.33
    case "f", "t", "r", "(", ")", "[", "]", "/", "-", "\"": return 0.41
    case "m", "w", "M", "W", "%", "@", "+", "=", "<", ">", "~": return 0.95
    case "A"..."Z", "&", "_", "—", "…": return 0.76
    case _ where scalar.value < 0x1100: return 0.62
    default: return 1.05
    }
  }

  /// The text, or as much of it as fits with an ellipsis.
  static func cut(_ text: String, to limit: Double, size: Double, isBold: Bool = false) -> String {
    if width(text, size: size, isBold: isBold) <= limit { return text }
    var kept = ""
    for character in text {
      let longer = kept + String(character)
      if width(longer + "…", size: size, isBold: isBold) > limit { break }
      kept = longer
    }
    return kept + "…"
  }

  /// Words on as many lines as they need, at most `lines`; what does not fit is cut with an ellipsis.
  static func wrap(_ text: String, to limit: Double, size: Double, isBold: Bool = false, lines: Int = 3) -> [String] {
    var wrapped: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = wrapped.last {
        let longer = last + " " + word
        if wrapped.count == lines || width(longer, size: size, isBold: isBold) <= limit {
          wrapped[wrapped.count - 1] = longer
          continue
        }
      }
      wrapped.append(String(word))
    }
    return wrapped.map { cut($0, to: limit, size: size, isBold: isBold) }
  }
}

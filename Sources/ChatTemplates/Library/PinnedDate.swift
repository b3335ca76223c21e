import Diagnostics

/// The day that templates are told is today. A rendering that changed at midnight would be another prompt, and scores would no longer compare.
package struct PinnedDate: Equatable, Sendable {
  package let year: Int
  /// From 1.
  package let month: Int
  package let day: Int

  /// - Returns: nil where there is no such day between the years 1 and 9999.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day) else {
      return nil
    }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// From "2026-11-27".
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The day that is told where none is given: the one that Llama 3.1's template falls back to.
  package static let usual = PinnedDate(year: 2024, month: 7, day: 26, checked: ())

  private init(year: Int, month: Int, day: Int, checked: Void) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  package var text: String { formatted("%Y-%m-%d") ?? "" }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func days(in month: Int, of year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  private var dayOfYear: Int { (1..<month).reduce(day) { $0 + Self.days(in: $1, of: year) } }

  /// From Monday, 0.
  private var weekday: Int {
    let before = year - 1
    return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear - 1) % 7
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

  /// `strftime` in the C locale, at noon; nil where a directive is not known.
  func formatted(_ format: String) -> String? {
    var result = ""
    var isDirective = false
    var isUnpadded = false
    for scalar in format.unicodeScalars {
      guard isDirective else {
        if scalar == "%" { isDirective = true } else { result.unicodeScalars.append(scalar) }
        continue
      }
      if scalar == "-", !isUnpadded {
        isUnpadded = true
        continue
      }
      guard let piece = directive(scalar, isUnpadded: isUnpadded) else { return nil }
      result += piece
      (isDirective, isUnpadded) = (false, false)
    }
    return isDirective ? nil : result
  }

  private func directive(_ scalar: Unicode.Scalar, isUnpadded: Bool) -> String? {
    func padded(_ value: Int, _ width: Int = 2) -> String {
      let digits = String(value)
      return isUnpadded ? digits : String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    switch scalar {
    case "Y": return padded(year, 4)
    case "y": return padded(year % 100)
    case "m": return padded(month)
    case "d": return padded(day)
    case "e": return (day < 10 && !isUnpadded ? " " : "") + String(day)
    case "B": return Self.months[month - 1]
    case "b", "h": return String(Self.months[month - 1].prefix(3))
    case "A": return Self.weekdays[weekday]
    case "a": return String(Self.weekdays[weekday].prefix(3))
    case "j": return padded(dayOfYear, 3)
    case "H", "I": return "12"
    case "M", "S": return padded(0)
    case "p": return "PM"
    case "F": return "\(padded(year, 4))-\(padded(month))-\(padded(day))"
    case "T": return "12:00:00"
    case "%": return "%"
    default: return nil
    }
  }
}

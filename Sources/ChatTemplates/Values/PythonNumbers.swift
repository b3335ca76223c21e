import Reading

/// Python's `int(text)` and `float(text)`: white space around, a sign, digits with single underscores between them.
extension String {
  /// nil for what is no integer in this base, or has more than 64 bits.
  func pythonInteger(base: Int) -> Int? {
    guard (2...36).contains(base) else { return nil }
    var (sign, digits) = signed
    let prefixes = [2: "0b", 8: "0o", 16: "0x"]
    if let prefix = prefixes[base], digits.lowercased().hasPrefix(prefix) {
      digits = String(digits.dropFirst(2))
      if digits.hasPrefix("_") { digits.removeFirst() }
    }
    guard let plain = digits.withoutSeparators, !plain.hasPrefix("-"), !plain.hasPrefix("+") else { return nil }
    return Int(sign + plain, radix: base)
  }

  /// nil for what is no number in decimals.
  var pythonFloat: Double? {
    let (sign, digits) = signed
    let text = digits.lowercased()
    if ["inf", "infinity", "nan"].contains(text) { return Double(sign + text) }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "._e+-".utf8.contains($0) }),
      let plain = text.withoutSeparators, !plain.hasPrefix("-"), !plain.hasPrefix("+")
    else { return nil }
    return Double(sign + plain)
  }

  private var signed: (sign: String, rest: String) {
    let text = stripped()
    guard let first = text.utf8.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") else {
      return ("", text)
    }
    return (first == UInt8(ascii: "-") ? "-" : "", String(text.dropFirst()))
  }

  /// The same without underscores; nil where one does not stand between two digits.
  private var withoutSeparators: String? {
    let characters = Array(self)
    for (place, character) in characters.enumerated() where character == "_" {
      guard place > 0, place + 1 < characters.count, characters[place - 1].isHexDigit, characters[place + 1].isHexDigit
      else { return nil }
    }
    return String(characters.filter { $0 != "_" })
  }
}

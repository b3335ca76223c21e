import Diagnostics

/// The tokens within a tag.
extension TemplateLexer {
  mutating func readToken(open: inout [Unicode.Scalar]) throws(TemplateFault) {
    let start = index
    let scalar = source[index]
    switch scalar {
    case "0"..."9": try readNumber()
    case "'", "\"": try readString()
    case _ where scalar == "_" || scalar.properties.isXIDStart:
      while index < source.count, source[index] == "_" || source[index].properties.isXIDContinue { index += 1 }
      append(.name(string(start..<index)), at: start)
    default: try readSymbol(open: &open)
    }
  }

  private mutating func readSymbol(open: inout [Unicode.Scalar]) throws(TemplateFault) {
    let scalar = source[index]
    for pair in ["==", "!=", "<=", ">=", "//", "**"] as [StaticString] where has(pair, at: index) {
      append(.symbol(string(index..<index + 2)), at: index)
      index += 2
      return
    }
    guard "+-*/%~<>=.,:|()[]{};".unicodeScalars.contains(scalar) else {
      throw TemplateFault(.syntax, at: place(index), "unexpected character '\(String(scalar))'")
    }
    switch scalar {
    case "(": open.append(")")
    case "[": open.append("]")
    case "{": open.append("}")
    case ")", "]", "}":
      guard let expected = open.popLast() else {
        throw TemplateFault(.syntax, at: place(index), "unexpected '\(String(scalar))'")
      }
      guard expected == scalar else {
        throw TemplateFault(.syntax, at: place(index), "unexpected '\(String(scalar))', expected '\(String(expected))'")
      }
    default: break
    }
    append(.symbol(String(scalar)), at: index)
    index += 1
  }

  /// jinja2's `float_re` and `integer_re`: digits may be parted by underscores; 0x, 0o and 0b are known.
  private mutating func readNumber() throws(TemplateFault) {
    let start = index
    if source[index] == "0", index + 1 < source.count, let radix = radix(source[index + 1]) {
      index += 2
      let digits = string(start + 2..<passDigits(radix: radix))
      guard let value = Int(digits.filter { $0 != "_" }, radix: radix) else {
        throw TemplateFault(.syntax, at: place(start), "the number is too large or has no digits")
      }
      return append(.integer(value), at: start)
    }
    _ = passDigits(radix: 10)
    let whole = index
    var isFloat = false
    if index + 1 < source.count, source[index] == ".", ("0"..."9").contains(source[index + 1]),
      start == 0 || source[start - 1] != "."
    {
      index += 1
      isFloat = passDigits(radix: 10) > 0
    }
    if index < source.count, source[index] == "e" || source[index] == "E" {
      var digits = index + 1
      if digits < source.count, source[digits] == "+" || source[digits] == "-" { digits += 1 }
      if digits < source.count, ("0"..."9").contains(source[digits]) {
        index = digits
        isFloat = passDigits(radix: 10) > 0
      }
    }
    let digits = string(start..<index).filter { $0 != "_" }
    if isFloat, let value = Double(digits) { return append(.float(value), at: start) }
    guard !isFloat, let value = Int(string(start..<whole).filter { $0 != "_" }) else {
      throw TemplateFault(.syntax, at: place(start), "the number is too large")
    }
    append(.integer(value), at: start)
  }

  private func radix(_ scalar: Unicode.Scalar) -> Int? {
    switch scalar {
    case "x", "X": 16
    case "o", "O": 8
    case "b", "B": 2
    default: nil
    }
  }

  /// Goes past digits, single underscores between them; gives the place behind.
  private mutating func passDigits(radix: Int) -> Int {
    func isDigit(_ place: Int) -> Bool {
      guard place < source.count, source[place].isASCII else { return false }
      return Character(source[place]).hexDigitValue.map { $0 < radix } ?? false
    }
    while isDigit(index) || (index < source.count && source[index] == "_" && isDigit(index + 1)) { index += 1 }
    return index
  }

  private mutating func readString() throws(TemplateFault) {
    let start = index
    let quote = source[start]
    var text = String.UnicodeScalarView()
    index += 1
    while index < source.count, source[index] != quote {
      if source[index] == "\\", index + 1 < source.count {
        try readEscape(into: &text)
      } else {
        text.append(source[index])
        index += 1
      }
    }
    guard index < source.count else { throw TemplateFault(.syntax, at: place(start), "the string has no end") }
    index += 1
    append(.string(String(text)), at: start)
  }

  /// Python's escapes in a literal, as `unicode-escape` reads what `backslashreplace` wrote.
  private mutating func readEscape(into text: inout String.UnicodeScalarView) throws(TemplateFault) {
    let start = index
    let escaped = source[index + 1]
    index += 2
    if let plain = Self.plainEscapes[escaped] { return text.append(contentsOf: plain.unicodeScalars) }
    switch escaped {
    case "0"..."7":
      var value = escaped.value - 0x30
      var count = 1
      while count < 3, index < source.count, ("0"..."7").contains(source[index]) {
        value = value << 3 | (source[index].value - 0x30)
        index += 1
        count += 1
      }
      return try append(value, to: &text, at: start)
    case "x": return try readHexadecimal(2, into: &text, at: start)
    case "u": return try readHexadecimal(4, into: &text, at: start)
    case "U": return try readHexadecimal(8, into: &text, at: start)
    case "N": throw TemplateFault(.syntax, at: place(start), "characters by name ('\\N{…}') are not supported")
    default: break
    }
    text.append("\\")
    guard !escaped.isASCII else { return text.append(escaped) }
    // What is not ASCII was written as an escape itself, whose backslash this one took.
    let digits = String(escaped.value, radix: 16)
    let (letter, width) = escaped.value < 0x100 ? ("x", 2) : escaped.value < 0x10000 ? ("u", 4) : ("U", 8)
    text.append(contentsOf: (letter + String(repeating: "0", count: width - digits.count) + digits).unicodeScalars)
  }

  private mutating func readHexadecimal(
    _ count: Int, into text: inout String.UnicodeScalarView, at start: Int
  ) throws(TemplateFault) {
    guard index + count <= source.count, let value = UInt32(string(index..<index + count), radix: 16),
      source[index..<index + count].allSatisfy({ $0.isASCII && Character($0).isHexDigit })
    else { throw TemplateFault(.syntax, at: place(start), "the escape has too few hexadecimal digits") }
    index += count
    try append(value, to: &text, at: start)
  }

  private func append(
    _ value: UInt32, to text: inout String.UnicodeScalarView, at start: Int
  ) throws(TemplateFault) {
    guard let scalar = Unicode.Scalar(value) else {
      throw TemplateFault(.syntax, at: place(start), "the escape is no character (half of a surrogate pair)")
    }
    text.append(scalar)
  }

  private static let plainEscapes: [Unicode.Scalar: String] = [
    "\n": "", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r",
    "t": "\t",
    "v": "\u{B}",
  ]
}

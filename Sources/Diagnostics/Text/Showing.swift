/// Text from outside as it may leave the program, wherever to: a terminal, a log, a report, a table.
///
/// What is not seen, or would be obeyed, is shown as `\u{HEX}`: control and format characters (escape sequences, marks that turn the
/// direction of text, zero-width spaces), line and paragraph separators, other characters that are drawn as nothing, private use,
/// unassigned ones. So is the first character of `::` where a line begins, and that of `##[`, `##vso[` and the like anywhere: runners
/// of CI take them for commands. All else stays as it is, a backslash too: this is for eyes, and JSON has the exact text.
///
/// - Parameters:
///   - keepsLines: whether line breaks stay, as in a prompt.
///   - limit: the most bytes of UTF-8 that are shown; what is cut ends with "…" and its whole length. nil for all.
package func shown(_ text: String, keepsLines: Bool = false, limit: Int? = nil) -> String {
  let length = text.utf8.count
  if length <= limit ?? length, isPlain(text) { return text }
  let scalars = text.unicodeScalars
  var result = ""
  var index = scalars.startIndex
  var beginsLine = true
  while index < scalars.endIndex {
    let scalar = scalars[index]
    let isKept =
      scalar == "\n"
      ? keepsLines : scalars.isShown(at: index) && !scalars.beginsCommand(at: index, beginsLine: beginsLine)
    let piece = isKept ? String(scalar) : "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    if let limit, result.utf8.count + piece.utf8.count > limit { return "\(result)… (\(length) bytes)" }
    result += piece
    beginsLine = (scalar == "\n" && keepsLines) || (beginsLine && scalar.properties.isWhitespace)
    scalars.formIndex(after: &index)
  }
  return result
}

/// A path, on one line: whole where it is shown in 400 bytes, else its two ends, which say where it is and what.
package func shownPath(_ path: String) -> String {
  let end = 200
  if path.utf8.count <= 2 * end {
    let whole = shown(path)
    if whole.utf8.count <= 2 * end { return whole }
  }
  // The first byte of a character is none of those that continue one.
  let last = path.utf8.suffix(end).drop { $0 & 0xC0 == 0x80 }
  return shown(path, limit: end) + shown(String(decoding: last, as: UTF8.self), limit: end)
}

/// Whether every byte prints in ASCII and none could begin a command, as in nearly every text: nothing is to be looked at further.
private func isPlain(_ text: String) -> Bool {
  var before: UInt8 = 0
  return text.utf8.allSatisfy { byte in
    defer { before = byte }
    return (0x20..<0x7F).contains(byte) && !(byte == before && (byte == UInt8(ascii: ":") || byte == UInt8(ascii: "#")))
  }
}

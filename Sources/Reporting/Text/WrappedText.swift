import Diagnostics

/// A text as it is `shown`, in words on lines of at most `width` characters; a number stays with its unit. A longer word stands alone, and in
/// pieces where it holds escapes, which nobody copies.
func wrapped(_ text: String, width: Int) -> String {
  var lines: [String] = []
  var line = ""
  let words = shown(text).split(separator: " ").flatMap { pieces($0, of: width) }.map { String($0) }
  for word in joined(words, within: width) {
    if line.isEmpty {
      line = word
    } else if line.count + 1 + word.count <= width {
      line += " " + word
    } else {
      lines.append(line)
      line = word
    }
  }
  // A word that was within the text may begin a line now.
  return (lines + [line]).map { shown($0) }.joined(separator: "\n")
}

/// What stands behind a number and means nothing alone.
private let units: Set<String> = [
  "%", "points", "point", "nats", "blocks", "tasks", "families", "items", "s", "min", "h", "MB", "GB", "minutes",
]

/// The words, those that belong together as one: "12.1 points", "margin 5.0", "k = 8".
private func joined(_ words: [String], within width: Int) -> [String] {
  var result: [String] = []
  for word in words {
    guard let last = result.last, last.count + 1 + word.count <= width / 2, belong(last, word) else {
      result.append(word)
      continue
    }
    result[result.count - 1] = last + " " + word
  }
  return result
}

private func belong(_ last: String, _ word: String) -> Bool {
  let ending = last.split(separator: " ").last ?? ""
  let bare = word.prefix { $0.isLetter || $0 == "%" }
  let isNumber = ending.last?.isNumber ?? false
  let isUnit = units.contains(String(bare)) && word.dropFirst(bare.count).allSatisfy { ",;.:)".contains($0) }
  let isEquation = word == "=" || ending == "="
  return (isNumber && isUnit) || isEquation || (ending.hasSuffix("margin") && word.first?.isNumber ?? false)
}

private func pieces(_ word: Substring, of width: Int) -> [Substring] {
  guard word.count > width, word.contains(#"\u{"#) else { return [word] }
  var (pieces, rest): ([Substring], Substring) = ([], word)
  while !rest.isEmpty {
    pieces.append(rest.prefix(width))
    rest = rest.dropFirst(width)
  }
  return pieces
}

/// A word as a POSIX shell reads it back: as it is where that is safe, else in single quotes.
package func shellQuoted(_ word: String) -> String {
  let isPlain = !word.isEmpty && word.utf8.allSatisfy { plainBytes.contains($0) }
  return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
}

private let plainBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+#".utf8)

/// The words of a line that `shellQuoted` made. Of another line, whose quotes do not close, what there is: this reads our own lines, and
/// executes nothing.
package func shellWords(_ line: String) -> [String] {
  var words: [String] = []
  var word: String?
  var isQuoted = false
  var isEscaped = false
  for character in line {
    switch character {
    case _ where isEscaped:
      word = (word ?? "") + String(character)
      isEscaped = false
    case "'":
      isQuoted.toggle()
      word = word ?? ""
    case "\\" where !isQuoted: isEscaped = true
    case " " where !isQuoted:
      if let done = word { words.append(done) }
      word = nil
    default: word = (word ?? "") + String(character)
    }
  }
  return words + (word.map { [$0] } ?? [])
}

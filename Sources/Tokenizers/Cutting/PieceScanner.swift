/// The pre-tokenising regular expressions, as scanners over UTF-8.
///
/// Each function returns where the match that begins at `start` ends; the alternatives are tried in the order of the
/// expression, and every text is covered without gaps because the classes and their complement meet every character.
package struct PieceScanner {
  /// The expressions that byte-level vocabularies are trained with.
  package enum Expression: String, Sendable, CaseIterable {
    case gpt2, llama3, qwen2
  }

  private let text: UnsafeBufferPointer<UInt8>
  private let classes: ScalarClass

  /// - Parameter text: valid UTF-8.
  init(_ text: UnsafeBufferPointer<UInt8>) {
    self.text = text
    classes = ScalarClass.shared
  }

  /// Calls `body` with every match; together they cover the text.
  func forEachMatch(of expression: Expression, _ body: (Range<Int>) -> Void) {
    var start = 0
    while start < text.count {
      let end = end(of: expression, from: start)
      body(start..<end)
      start = end
    }
  }

  /// Where the match that begins at `start`, which is in the text, ends.
  @inline(__always)
  func end(of expression: Expression, from start: Int) -> Int {
    switch expression {
    case .gpt2: endGPT2(from: start)
    case .llama3: endLlama(from: start, digits: 3)
    case .qwen2: endLlama(from: start, digits: 1)
    }
  }

  /// The classes of the character at `place` and where it ends; no class beyond the end of the text.
  @inline(__always)
  func read(_ place: Int) -> (kind: UInt8, end: Int) {
    guard place < text.count else { return (ScalarClass.end, place) }
    let (_, kind, end) = character(place)
    return (kind, end)
  }

  /// The character at `place`, which is in the text, its classes, and where it ends.
  @inline(__always)
  func character(_ place: Int) -> (scalar: UInt32, kind: UInt8, end: Int) {
    let lead = text[place]
    if lead < 0x80 { return (UInt32(lead), classes[UInt32(lead)], place + 1) }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    var scalar = UInt32(lead) & (0x7F >> UInt32(length))
    for i in 1..<length { scalar = scalar << 6 | UInt32(text[place + i] & 0x3F) }
    return (scalar, classes[scalar], place + length)
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  func endGPT2(from start: Int) -> Int {
    if let end = contraction(at: start, anyCase: false) { return end }
    let first = read(start)
    // The optional space binds only to a character that is not white space itself.
    let body = text[start] == UInt8(ascii: " ") ? read(first.end) : first
    if body.kind & ScalarClass.letter != 0 { return run(ScalarClass.letter, from: body.end) }
    if body.kind & ScalarClass.number != 0 { return run(ScalarClass.number, from: body.end) }
    if body.kind & ScalarClass.notOther == 0 { return runOfOthers(from: body.end) }
    return endOfSpaces(from: start, newlines: false)
  }

  /// The expression of Llama 3, written here in two lines:
  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}`
  /// `| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
  ///
  /// - Parameter digits: how many `\p{N}` one piece may hold: 3 for Llama 3; 1 for Qwen 2, whose expression has
  ///   `\p{N}` there.
  func endLlama(from start: Int, digits: Int) -> Int {
    if let end = contraction(at: start, anyCase: true) { return end }
    let first = read(start)
    if first.kind & ScalarClass.letter != 0 { return run(ScalarClass.letter, from: first.end) }
    if first.kind & ScalarClass.number != 0 {
      var end = first.end
      for _ in 1..<digits {
        let following = read(end)
        guard following.kind & ScalarClass.number != 0 else { break }
        end = following.end
      }
      return end
    }
    if first.kind & ScalarClass.newline == 0 {
      let following = read(first.end)
      if following.kind & ScalarClass.letter != 0 { return run(ScalarClass.letter, from: following.end) }
    }
    let body = text[start] == UInt8(ascii: " ") ? read(first.end) : first
    if body.kind & ScalarClass.notOther == 0 {
      return run(ScalarClass.newline, from: runOfOthers(from: body.end))
    }
    return endOfSpaces(from: start, newlines: true)
  }

  /// The white space alternatives at a white space character: `\s*[\r\n]+` where asked for, `\s+(?!\S)`, `\s+`.
  private func endOfSpaces(from start: Int, newlines: Bool) -> Int {
    var end = start
    var lastStart = start
    var afterNewline = start
    while true {
      let here = read(end)
      if here.kind & ScalarClass.space == 0 {
        if newlines, afterNewline > start { return afterNewline }
        // The look-ahead gives the last space of a run to the word that follows, unless it is the only one.
        return here.kind == ScalarClass.end || lastStart == start ? end : lastStart
      }
      if here.kind & ScalarClass.newline != 0 { afterNewline = here.end }
      lastStart = end
      end = here.end
    }
  }

  @inline(__always)
  private func run(_ kind: UInt8, from start: Int) -> Int {
    var end = start
    while true {
      let here = read(end)
      if here.kind & kind == 0 { return end }
      end = here.end
    }
  }

  @inline(__always)
  private func runOfOthers(from start: Int) -> Int {
    var end = start
    while true {
      let here = read(end)
      if here.kind & ScalarClass.notOther != 0 { return end }
      end = here.end
    }
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d` at `start`. Without regard to case, U+017F (long s) counts as an s: that is its simple
  /// case folding.
  private func contraction(at start: Int, anyCase: Bool) -> Int? {
    guard text[start] == UInt8(ascii: "'"), start + 1 < text.count else { return nil }
    func letter(_ place: Int) -> UInt8 {
      guard place < text.count else { return 0 }
      let byte = text[place]
      return anyCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
    switch (letter(start + 1), letter(start + 2)) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    case (0xC5, 0xBF) where anyCase:
      return start + 3
    default:
      return nil
    }
  }
}

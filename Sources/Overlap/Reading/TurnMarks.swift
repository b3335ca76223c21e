/// Where the turns of a rendered dialogue begin and end: special tokens of chat templates (`<|im_start|>user`,
/// `<start_of_turn>model`, `[INST]`), headings (`### Response:`) and labels (`USER:`, `Answer:`).
///
/// The forms are few, the names in them are `FieldNames.label`'s: a template that nobody has listed is read as well.
struct TurnMarks {
  enum Meaning: Equatable {
    /// What follows is said by, or to, the model.
    case begin(FieldRole)
    /// A header is over: what follows is said by whom it named.
    case resume
    case end
    /// A token of the template's that says nothing of turns: where a turn begins with it, it is no part of what is said.
    case skip
  }

  struct Mark {
    let meaning: Meaning
    let start: Int
    let end: Int
    /// Whether it might be anybody's words: a label within a line, a line with one name alone. It counts where the
    /// text has both a question's and an answer's.
    var isWeak = false
  }

  /// Bytes of the longest label or heading, with what stands before its last word.
  private static let longestLabel = 32

  private let text: UnsafeBufferPointer<UInt8>
  private var marks: [Mark] = []
  /// Where the line begins, or what follows the last mark in it.
  private var lineStart = 0

  /// The marks of a text in their order.
  static func find(in text: UnsafeBufferPointer<UInt8>) -> [Mark] {
    var marks = TurnMarks(text)
    marks.scan()
    let roles = marks.marks.map(\.meaning)
    guard roles.contains(where: { $0 != .skip }) else { return [] }
    if roles.contains(.begin(.input)), roles.contains(.begin(.output)) { return marks.marks }
    return marks.marks.filter { !$0.isWeak }
  }

  private init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  /// Bytes that a mark can be known by.
  private static let signs: [Bool] = (UInt8.min...UInt8.max).map { byte in
    [0x0A, UInt8(ascii: "<"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "#"), UInt8(ascii: ":"), 0xEF]
      .contains(byte)
  }

  private mutating func scan() {
    name(aloneFrom: 0)
    var index = 0
    Self.signs.withUnsafeBufferPointer { signs in
      while index < text.count {
        guard signs[Int(text[index])] else {
          index += 1
          continue
        }
        index = mark(at: index)
      }
    }
  }

  /// Looks at a sign; returns where to go on.
  private mutating func mark(at index: Int) -> Int {
    switch text[index] {
    case 0x0A:
      lineStart = index + 1
      name(aloneFrom: lineStart)
    case UInt8(ascii: "<"), UInt8(ascii: "["):
      if text[index...].starts(with: Self.miniMaxEnd) {
        add(Mark(meaning: .end, start: index, end: index + Self.miniMaxEnd.count))
        return index + Self.miniMaxEnd.count
      }
      guard let token = TemplateToken(text, at: index) else { break }
      defer { lineStart = token.end }
      guard let meaning = token.meaning else { return token.end }
      if meaning == .resume, let mark = speaker(before: index, token) {
        add(mark)
      } else {
        add(Mark(meaning: meaning, start: index, end: token.end))
      }
      return token.end
    case UInt8(ascii: "]"):
      guard text[index...].starts(with: Self.miniMaxHeader) else { break }
      let start = index + Self.miniMaxHeader.count
      let end = text[start...].firstIndex { !TemplateToken.isLetter($0) } ?? text.count
      guard let role = FieldNames.knownSpeaker(text[start..<end]) else { break }
      add(Mark(meaning: .begin(role), start: index, end: end))
      return end
    // Chinese and Japanese texts have a wide colon.
    case 0xEF:
      if text[index...].starts(with: Self.wideColon) { label(before: index, width: Self.wideColon.count) }
    case UInt8(ascii: "#"): return heading(at: index)
    default: label(before: index, width: 1)
    }
    return index + 1
  }

  private static let miniMaxHeader = Array("]~b]".utf8)
  private static let miniMaxEnd = Array("[e~[".utf8)
  private static let wideColon: [UInt8] = [0xEF, 0xBC, 0x9A]

  /// The mark of a token that ends a header, where no token has begun it ("user<|role_sep|>"), or where what it ends is no header.
  private func speaker(before index: Int, _ token: TemplateToken) -> Mark? {
    let said = text[(marks.last?.end ?? 0)..<index]
    if token.mayEndTurn, said.contains(where: { !DataFormat.isSpace($0) }) {
      return Mark(meaning: .end, start: index, end: token.end)
    }
    let before = text[lineStart..<index]
    guard lineStart != marks.last?.end || marks.last?.meaning == .end,
      let start = before.firstIndex(where: { !DataFormat.isSpace($0) }),
      let role = FieldNames.knownSpeaker(text[start..<index])
    else { return nil }
    return Mark(meaning: .begin(role), start: start, end: token.end)
  }

  private mutating func add(_ mark: Mark) {
    marks.append(mark)
    lineStart = mark.end
  }

  /// A line with the name of a speaker and nothing else, as is left of a chat template without its special tokens.
  private mutating func name(aloneFrom start: Int) {
    var end = start
    while end < text.count, end - start <= Self.longestLabel, TemplateToken.isLetter(text[end]) { end += 1 }
    let next = end < text.count && text[end] == 0x0D ? end + 1 : end
    guard end > start, next < text.count, text[next] == 0x0A, let role = FieldNames.knownSpeaker(text[start..<end])
    else {
      return
    }
    marks.append(Mark(meaning: .begin(role), start: start, end: end, isWeak: true))
  }

  /// "### Response" with nothing more on its line; with a colon it is a label. Returns where to go on.
  private mutating func heading(at index: Int) -> Int {
    var start = index
    while start < text.count, text[start] == UInt8(ascii: "#") { start += 1 }
    let isHeading = index == lineStart || start - index > 1
    guard isHeading else { return start }
    lineStart = index
    var end = start
    while end < text.count, end - start <= Self.longestLabel, text[end] != 0x0A, text[end] != UInt8(ascii: ":") {
      end += 1
    }
    let isOver = end == text.count || text[end] == 0x0A
    if isOver, let (_, role) = lastWord(from: start, to: end) {
      add(Mark(meaning: .begin(role), start: index, end: end))
      return end
    }
    return start
  }

  /// "Answer:" at a line's beginning, with up to a few words before it ("GPT4 Correct User:", "**Question 3**:"), or
  /// within a line with a capital.
  ///
  /// - Parameter width: the colon's bytes.
  private mutating func label(before colon: Int, width: Int) {
    guard let (start, role) = lastWord(from: lineStart, to: colon) else { return }
    let isLetter = colon - start == 1
    if isLetter, colon + width < text.count, !DataFormat.isSpace(text[colon + width]) { return }
    let before = text[lineStart..<start]
    if before.count <= Self.longestLabel, before.allSatisfy(Self.isBesideLabel) {
      add(Mark(meaning: .begin(role), start: lineStart, end: colon + width))
    } else if (0x41...0x5A).contains(text[start]), !TemplateToken.isLetter(text[start - 1]) {
      add(Mark(meaning: .begin(role), start: start, end: colon + width, isWeak: true))
    }
  }

  /// The last word of a label, numbers and emphasis after it left out, and what it means.
  private func lastWord(from first: Int, to last: Int) -> (start: Int, role: FieldRole)? {
    var end = last
    while end > first, last - end < 8, !TemplateToken.isLetter(text[end - 1]) {
      guard Self.isBesideLabel(text[end - 1]) else { return nil }
      end -= 1
    }
    var start = end
    while start > first, end - start <= Self.longestLabel, TemplateToken.isLetter(text[start - 1]) { start -= 1 }
    guard start < end, let role = FieldNames.label(text[start..<end]) else { return nil }
    return (start, role)
  }

  /// Letters, digits, blanks, and the signs of headings, lists and emphasis.
  private static func isBesideLabel(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39, 0x80...0xFF: true
    case 0x20, 0x09, UInt8(ascii: "#"), UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ">"): true
    case UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"): true
    default: false
    }
  }
}

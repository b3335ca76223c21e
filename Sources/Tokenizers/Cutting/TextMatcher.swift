import Patterns

/// What a step of a tokenizer looks for in a text.
package enum TextMatcher: Sendable {
  /// A string, byte for byte; not empty.
  case literal([UInt8])
  /// A regular expression that has a scanner. It leaves no gaps.
  case scanned(PieceScanner.Expression)
  /// Any other regular expression.
  case expression(TextPattern)
  /// Single characters of a class.
  case characters(CharacterSet)
  /// Runs of word characters, and runs of what is neither a word character nor white space.
  case words

  /// Classes that `tokenizers` tells by Rust's own tables and not by a regular expression.
  package enum CharacterSet: Sendable, Equatable {
    case digits, punctuation, whiteSpace
    case one(UInt32)
  }

  /// Calls `body` with every match and every gap between two, in order; together they cover the text. A match may be empty.
  ///
  /// - Parameter text: valid UTF-8.
  package func forEachPart(
    of text: UnsafeBufferPointer<UInt8>, _ body: (_ range: Range<Int>, _ isMatch: Bool) -> Void
  ) {
    guard !text.isEmpty else { return }
    var start = 0
    func found(_ match: Range<Int>) {
      if start < match.lowerBound { body(start..<match.lowerBound, false) }
      body(match, true)
      start = match.upperBound
    }
    switch self {
    case .literal(let bytes):
      while let match = Self.find(bytes, in: text, from: start) { found(match) }
    case .scanned(let expression): PieceScanner(text).forEachMatch(of: expression, found)
    case .expression(let pattern): pattern.forEachMatch(in: text, found)
    case .characters(let set):
      while let match = Self.first(in: text, from: start, where: { set.contains($0, $1) }) { found(match) }
    case .words:
      while let match = Self.word(in: text, from: start) { found(match) }
    }
    if start < text.count { body(start..<text.count, false) }
  }

  /// How many times as long a text can become where every match is replaced by `content`; at least 1.
  func growth(by content: [UInt8]) -> Double {
    switch self {
    case .literal(let bytes): max(1, Double(content.count) / Double(bytes.count))
    // It may match between any two bytes.
    default: Double(content.count) + 1
    }
  }

  private static func find(_ bytes: [UInt8], in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
    guard let first = bytes.first, bytes.count <= text.count else { return nil }
    var place = start
    while place <= text.count - bytes.count {
      if text[place] == first, text[place..<place + bytes.count].elementsEqual(bytes) {
        return place..<place + bytes.count
      }
      place += 1
    }
    return nil
  }

  private static func first(
    in text: UnsafeBufferPointer<UInt8>, from start: Int, where fits: (_ scalar: UInt32, _ kind: UInt8) -> Bool
  ) -> Range<Int>? {
    let scanner = PieceScanner(text)
    var place = start
    while place < text.count {
      let (scalar, kind, end) = scanner.character(place)
      if fits(scalar, kind) { return place..<end }
      place = end
    }
    return nil
  }

  private static func word(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
    guard let first = first(in: text, from: start, where: { $1 & ScalarClass.space == 0 }) else { return nil }
    let scanner = PieceScanner(text)
    let isWord = scanner.character(first.lowerBound).kind & ScalarClass.word
    var end = first.upperBound
    while end < text.count {
      let (_, kind, next) = scanner.character(end)
      guard kind & ScalarClass.space == 0, kind & ScalarClass.word == isWord else { break }
      end = next
    }
    return first.lowerBound..<end
  }
}

extension TextMatcher.CharacterSet {
  func contains(_ scalar: UInt32, _ kind: UInt8) -> Bool {
    switch self {
    case .digits: kind & ScalarClass.digit != 0
    case .punctuation: kind & ScalarClass.punctuation != 0
    case .whiteSpace: kind & ScalarClass.space != 0
    case .one(let wanted): scalar == wanted
    }
  }
}

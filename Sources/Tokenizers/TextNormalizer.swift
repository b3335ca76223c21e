/// How a text is rewritten before it is cut, step by step.
package struct TextNormalizer: Sendable {
  package enum Step: Sendable {
    case form(UnicodeNormalForm)
    case mapped(PrecompiledCharacterMap)
    case lowercase
    /// White space at the ends is taken off.
    case strip(left: Bool, right: Bool)
    /// Spaces at the ends are taken off, and of several in a row one is left.
    case collapseSpaces
    /// Taken off the end as often as it stands there.
    case dropTrailing([UInt8])
    /// Put before a text that is not empty.
    case prepend([UInt8])
    case replace(TextMatcher, with: [UInt8])
  }

  package var steps: [Step]

  package init(_ steps: [Step] = []) { self.steps = steps }

  /// How SentencePiece's vocabularies write spaces: U+2581.
  package static let sentencePieceSpace = Array("\u{2581}".utf8)

  /// SentencePiece's: spaces are U+2581, and one is put before the text where the vocabulary asks for it.
  static func sentencePiece(addsPrefix: Bool) -> TextNormalizer {
    let replaced = Step.replace(.literal([UInt8(ascii: " ")]), with: sentencePieceSpace)
    return TextNormalizer(addsPrefix ? [.prepend(sentencePieceSpace), replaced] : [replaced])
  }

  /// Whether a text stays as it is, told quickly.
  func isIdentity(for bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    steps.allSatisfy { step in
      // Nothing below U+0300 composes or changes under NFC.
      if case .form(.nfc) = step { !bytes.contains { $0 >= 0xCC } } else { false }
    }
  }

  /// - Parameter bytes: valid UTF-8.
  /// - Returns: the text, and whether it still begins with what the given one began with.
  func normalized(_ bytes: UnsafeBufferPointer<UInt8>) -> (bytes: [UInt8], keepsStart: Bool) {
    var bytes = Array(bytes)
    var keepsStart = true
    for step in steps {
      switch step {
      case .form(let form): bytes = form.normalised(bytes)
      case .mapped(let map): bytes = map.mapped(bytes)
      case .lowercase: bytes = Self.lowercased(bytes)
      case .strip(let left, let right):
        let kept = Self.stripped(bytes, left: left, right: right)
        if kept.lowerBound > 0 { keepsStart = false }
        bytes = Array(bytes[kept])
      case .collapseSpaces:
        let words = bytes.split(separator: UInt8(ascii: " "))
        if bytes.first == UInt8(ascii: " ") { keepsStart = false }
        bytes = Array(words.joined(separator: [UInt8(ascii: " ")]))
      case .dropTrailing(let end):
        while !end.isEmpty, bytes.suffix(end.count).elementsEqual(end) { bytes.removeLast(end.count) }
      case .prepend(let prefix): if !bytes.isEmpty { bytes.insert(contentsOf: prefix, at: 0) }
      case .replace(let matcher, let content): bytes = Self.replaced(bytes, matcher, content)
      }
    }
    return (bytes, keepsStart)
  }

  private static func replaced(_ bytes: [UInt8], _ matcher: TextMatcher, _ content: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 2)
    bytes.withUnsafeBufferPointer { text in
      matcher.forEachPart(of: text) { range, isMatch in
        if isMatch { result += content } else { result += text[range] }
      }
    }
    return result
  }

  /// Character by character, whatever stands around it.
  private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.flatMap { scalar in
      scalar.isASCII
        ? [
          UInt8(ascii: "A")...UInt8(ascii: "Z") ~= UInt8(scalar.value)
            ? UInt8(scalar.value) | 0x20 : UInt8(scalar.value)
        ]
        : Array(scalar.properties.lowercaseMapping.utf8)
    }
  }

  private static func stripped(_ bytes: [UInt8], left: Bool, right: Bool) -> Range<Int> {
    bytes.withUnsafeBufferPointer { text in
      let start = left ? WordBoundary.endOfSpaces(from: 0, in: text) : 0
      let end = right ? WordBoundary.startOfSpaces(before: text.count, in: text) : text.count
      return start..<max(start, end)
    }
  }
}

/// How tokens become text again, step by step.
package struct TokenDecoder: Sendable {
  package enum Step: Sendable {
    /// The spellings are of the byte alphabet.
    case byteLevel
    case replace(TextMatcher, with: [UInt8])
    /// `<0xNN>` is the byte; a run of them that is not UTF-8 is U+FFFD for each.
    case byteFallback
    /// The tokens become one.
    case fuse
    /// Up to `start` of a character at the beginning of each token, and up to `stop` at its end, are left out.
    case strip([UInt8], start: Int, stop: Int)
    /// `replacement` is a space, and at the beginning of the text nothing.
    case metaspace(replacement: [UInt8], dropsFirst: Bool)
  }

  package let steps: [Step]

  package init(_ steps: [Step]) { self.steps = steps }

  /// SentencePiece's: U+2581 is a space, bytes are bytes, and the space that was put before the text is taken off.
  static func sentencePiece(dropsPrefix: Bool) -> TokenDecoder {
    let space = [UInt8(ascii: " ")]
    return TokenDecoder(
      [.replace(.literal(TextNormalizer.sentencePieceSpace), with: space), .byteFallback, .fuse]
        + (dropsPrefix ? [.strip(space, start: 1, stop: 0)] : []))
  }

  /// The text of tokens as the vocabulary spells them. Bytes that do not form UTF-8 become U+FFFD.
  func text(of tokens: [ArraySlice<UInt8>]) -> String {
    var tokens = tokens
    for step in steps { tokens = Self.apply(step, to: tokens) }
    return String(decoding: tokens.joined(), as: UTF8.self)
  }

  /// The bytes that a token adds to a text that does not begin with it.
  func bytes(of token: ArraySlice<UInt8>) -> [UInt8] {
    var bytes = token
    var isFused = false
    for step in steps {
      switch step {
      case .byteLevel: bytes = Self.fromByteAlphabet(bytes)
      case .replace(let matcher, let content): bytes = Self.replaced(bytes, matcher, content)
      case .byteFallback: if let byte = Self.byte(bytes) { return [byte] }
      case .fuse: isFused = true
      // Of the whole text then, which is longer than this token.
      case .strip(let content, let start, let stop):
        if !isFused { bytes = Self.stripped(bytes, content, start: start, stop: stop) }
      case .metaspace(let replacement, _): bytes = Self.replaced(bytes, .literal(replacement), [UInt8(ascii: " ")])
      }
    }
    return Array(bytes)
  }

  private static func apply(_ step: Step, to tokens: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
    switch step {
    case .byteLevel: return [tokens.flatMap(fromByteAlphabet)[...]]
    case .replace(let matcher, let content): return tokens.map { replaced($0, matcher, content) }
    case .byteFallback: return withoutByteTokens(tokens)
    case .fuse: return [Array(tokens.joined())[...]]
    case .strip(let content, let start, let stop):
      return tokens.map { stripped($0, content, start: start, stop: stop) }
    case .metaspace(let replacement, let dropsFirst):
      return tokens.enumerated().map { place, token in
        replaced(token, .literal(replacement), place == 0 && dropsFirst ? [] : [UInt8(ascii: " ")])
      }
    }
  }

  /// A spelling that is not of the alphabet, such as an added token's, stands for itself.
  private static func fromByteAlphabet(_ token: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    ByteAlphabet.bytes(of: token)?[...] ?? token
  }

  private static func replaced(
    _ token: ArraySlice<UInt8>, _ matcher: TextMatcher, _ content: [UInt8]
  ) -> ArraySlice<UInt8> {
    var result: [UInt8] = []
    token.withUnsafeBufferPointer { text in
      matcher.forEachPart(of: text) { range, isMatch in
        if isMatch { result += content } else { result += text[range] }
      }
    }
    return result[...]
  }

  private static func withoutByteTokens(_ tokens: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    var run: [UInt8] = []
    func close() {
      let isText = String(validating: run, as: UTF8.self) != nil
      let replacement = Array("\u{FFFD}".utf8)
      if !run.isEmpty { result.append(isText ? run[...] : run.flatMap { _ in replacement }[...]) }
      run.removeAll()
    }
    for token in tokens {
      if let byte = byte(token) {
        run.append(byte)
      } else {
        close()
        result.append(token)
      }
    }
    close()
    return result
  }

  /// The byte that `<0xNN>` names.
  static func byte(_ token: some Collection<UInt8>) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8), token.dropFirst(5).first == UInt8(ascii: ">") else {
      return nil
    }
    return UInt8(String(decoding: token.dropFirst(3).prefix(2), as: UTF8.self), radix: 16)
  }

  private static func stripped(
    _ token: ArraySlice<UInt8>, _ content: [UInt8], start: Int, stop: Int
  ) -> ArraySlice<UInt8> {
    var token = token
    var (left, right) = (start, stop)
    while left > 0, token.starts(with: content) { (token, left) = (token.dropFirst(content.count), left - 1) }
    while right > 0, token.suffix(content.count).elementsEqual(content) {
      (token, right) = (token.dropLast(content.count), right - 1)
    }
    return token
  }
}

import Reading
import Testing

/// What training data hold that RFC 8259 does not have, each let pass by its own option.
@Suite("The lexer's leniency")
struct JSONLexerTests {
  @Test("half of a surrogate pair is U+FFFD, and what follows it stays")
  func halfPairs() throws {
    #expect(try string(#""a\ud800b""#, .halfPairs) == "a\u{FFFD}b")
    #expect(try string(#""\udc00""#, .halfPairs) == "\u{FFFD}")
    #expect(try string(#""\ud800\u0041""#, .halfPairs) == "\u{FFFD}A")
    #expect(try string(#""\ud800\n""#, .halfPairs) == "\u{FFFD}\n")
    #expect(throws: JSONFault.self) { try string(#""\ud800""#, []) }
  }

  @Test("control characters stand for themselves")
  func controlCharacters() throws {
    #expect(try string("\"a\u{1}\tb\"", .controlCharacters) == "a\u{1}\tb")
    #expect(throws: JSONFault.self) { try string("\"a\tb\"", .halfPairs) }
  }

  @Test("Python's names for what is not finite are passed, and no others", arguments: ["NaN", "Infinity", "-Infinity"])
  func nonFinite(_ word: String) throws {
    #expect(try end(word, .nonFinite) == word.utf8.count)
    #expect(throws: JSONFault.self) { try end(word, []) }
    #expect(throws: JSONFault.self) { try end(word + "s", .nonFinite) }
    #expect(throws: JSONFault.self) { try end(word.lowercased(), .nonFinite) }
  }

  @Test("bytes that are no UTF-8 reach the reader as they are")
  func bytes() throws {
    let text: [UInt8] = [0x22, 0x61, 0xFF, 0x22]
    try text.withUnsafeBufferPointer {
      var lexer = JSONLexer($0)
      try lexer.openString()
      guard case .run(let run) = try lexer.fragment(), case .end = try lexer.fragment() else {
        Issue.record("not one run")
        return
      }
      #expect(run == 1..<3)
      #expect(lexer.isAtEnd)
    }
  }

  private func string(_ text: String, _ leniency: JSONLexer.Leniency) throws -> String {
    try Array(text.utf8).withUnsafeBufferPointer {
      var lexer = JSONLexer($0, leniency: leniency)
      return try lexer.string()
    }
  }

  /// Where a scalar ends that fills the text.
  private func end(_ text: String, _ leniency: JSONLexer.Leniency) throws -> Int {
    try Array(text.utf8).withUnsafeBufferPointer {
      var lexer = JSONLexer($0, leniency: leniency)
      _ = try lexer.scalar()
      try lexer.end()
      return lexer.position
    }
  }
}

/// How text is cut into the pieces that merging never crosses.
package struct PreTokenizer: Sendable, Equatable {
  /// The regular expressions that byte-level vocabularies are trained with.
  package enum Pattern: String, Sendable, CaseIterable {
    case gpt2, llama3, qwen2
  }

  package let pattern: Pattern
  /// Cut around every digit first; the pattern then sees each part as a text of its own (SmolLM).
  package let isolatesDigits: Bool
  /// Put a space before a text that does not begin with one.
  package let addsPrefixSpace: Bool

  package init(pattern: Pattern, isolatesDigits: Bool = false, addsPrefixSpace: Bool = false) {
    self.pattern = pattern
    self.isolatesDigits = isolatesDigits
    self.addsPrefixSpace = addsPrefixSpace
  }

  /// The name that GGUF files give to this way of cutting.
  var name: String {
    switch pattern {
    case .gpt2: isolatesDigits ? "smollm" : "gpt-2"
    case .llama3: "llama3"
    case .qwen2: "qwen2"
    }
  }

  /// Calls `body` with the byte range of every piece of a text, in order; the ranges cover the text.
  ///
  /// - Parameter text: valid UTF-8.
  package func forEachPiece(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    guard isolatesDigits else { return cut(text, offset: 0, body) }
    let scanner = PieceScanner(text)
    var start = 0
    var place = 0
    while place < text.count {
      let here = scanner.read(place)
      if here.kind & ScalarClass.digit != 0 {
        cut(UnsafeBufferPointer(rebasing: text[start..<place]), offset: start, body)
        body(place..<here.end)
        start = here.end
      }
      place = here.end
    }
    cut(UnsafeBufferPointer(rebasing: text[start...]), offset: start, body)
  }

  private func cut(_ text: UnsafeBufferPointer<UInt8>, offset: Int, _ body: (Range<Int>) -> Void) {
    let scanner = PieceScanner(text)
    var start = 0
    while start < text.count {
      let end =
        switch pattern {
        case .gpt2: scanner.endGPT2(from: start)
        case .llama3: scanner.endLlama(from: start, digits: 3)
        case .qwen2: scanner.endLlama(from: start, digits: 1)
        }
      body(offset + start..<offset + end)
      start = end
    }
  }
}

/// A sample as text: what is given, and what is learnt.
package struct RenderedSample: Sendable, Equatable {
  package var prompt: String
  package var completion: String
  /// Answers within the prompt that are learnt too: ranges of its UTF-8, ascending.
  package var earlierAnswers: [Range<Int>] = []
  /// Whether the tokenizer puts its special tokens around the text; chat formats write out theirs.
  package var specialTokens: Bool
  /// Whether the prompt's trailing white space belongs to the completion's first token, as where suites are scored; a
  /// chat header's newline stays with the header.
  package var movesSpace: Bool
  /// Whether the tokenizer's EOS follows.
  package var endsWithEOS: Bool
}

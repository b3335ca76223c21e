import Suites
import Tokenizers

/// What generated tokens are as text, and which of them end it.
package struct AnswerVocabulary: Sendable {
  package let tokenizer: Tokenizer
  private let endTokenIDs: [Int32]

  package init(_ tokenizer: Tokenizer, endTokenIDs: [Int32]) {
    self.tokenizer = tokenizer
    self.endTokenIDs = endTokenIDs
  }

  /// Whether a token ends the text: the end-of-sequence tokens and every special one.
  package func endsText(_ token: Int32) -> Bool {
    token == tokenizer.eosTokenID || endTokenIDs.contains(token) || Int(token) >= tokenizer.vocabularySize
      || tokenizer.isSpecial(token)
  }

  /// The token whose logprob after an answer is kept: the first of the stop text's.
  package func terminator(of request: ExactMatchRule?) -> Int32? {
    request.map { tokenizer.encodeContinuation($0.stop).first ?? tokenizer.eosTokenID ?? 0 }
  }
}

/// What turns texts into a model's token ids: a tokenizer's files here, or the server that holds the model.
package protocol TextTokenizer: Sendable {
  var bosTokenID: Int32? { get }
  var eosTokenID: Int32? { get }

  /// Whether a text begins with the BOS token unless special tokens are declined.
  var addsBOS: Bool { get }

  /// Whether something is put after every text unless special tokens are declined.
  var appendsToText: Bool { get }

  /// One more than the highest id; an upper bound of it where that is not known.
  var vocabularySize: Int { get }

  /// Gets ready for texts that are going to be encoded, all at once: nothing, where files do it.
  ///
  /// - Parameter texts: are made only where they are needed.
  /// - Throws: where they cannot be read, such as by a server that is gone.
  func prepare(_ texts: () -> [String]) throws

  /// The ids of a text that is to be gone on with: what the tokenizer puts before a text, and never the EOS that some put after it.
  func encodePrompt(_ text: String, addSpecialTokens: Bool) throws(UnreadText) -> [Int32]

  /// The ids of a text that goes on after another: without the space that some tokenizers put before a text.
  func encodeContinuation(_ text: String) throws(UnreadText) -> [Int32]

  /// The bytes that a token adds to a text: none where it is special or not known.
  func bytes(of id: Int32) -> [UInt8]

  /// Whether a token is known to be a control token rather than text.
  func isSpecial(_ id: Int32) -> Bool
}

/// A text whose ids nobody gave, such as a server that was not asked for them or is gone.
package struct UnreadText: Error {
  package init() {}
}

extension Tokenizer: TextTokenizer {
  package func prepare(_ texts: () -> [String]) {}
}

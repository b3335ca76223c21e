import Foundation

/// A model's answer to a request.
package struct Score: Sendable, Codable, Equatable {
  /// Natural logarithm of the continuation's probability after the context, over the full vocabulary, terminator
  /// excluded; nil of a model that only writes text.
  package let logprob: Double?
  /// Whether every continuation token is the argmax at its position; nil where there is no logprob.
  package let isGreedy: Bool?
  /// Logprob of the token that ends an answer, after the continuation; nil where none was asked for.
  package let terminatorLogprob: Double?
  /// Tokens of the continuation.
  package let tokenCount: Int
  /// Tokens of the context, special tokens included.
  package let contextTokenCount: Int
  /// SHA-256 over the ids of context and continuation, as the engine fed them.
  package let tokenHash: String
  /// Whether the greedy text satisfies the request's rule; nil where it has none.
  package let exactMatch: Bool?
  /// The continuation's token ids.
  package let tokens: [Int32]

  /// The logprobs that a continuation can have: logits are float32, which a hundred thousand tokens bring to -1e44. What lies
  /// below was not scored, and its square would no longer be a number.
  package static let possibleLogprobs: ClosedRange<Double> = -1e45...0

  /// Of the continuation; nil where there is no logprob.
  package var probability: Double? { logprob.map { exp($0) } }

  package init(
    logprob: Double?, isGreedy: Bool?, terminatorLogprob: Double?, tokenCount: Int, contextTokenCount: Int,
    tokenHash: String, exactMatch: Bool?, tokens: [Int32]
  ) {
    self.logprob = logprob
    self.isGreedy = isGreedy
    self.terminatorLogprob = terminatorLogprob
    self.tokenCount = tokenCount
    self.contextTokenCount = contextTokenCount
    self.tokenHash = tokenHash
    self.exactMatch = exactMatch
    self.tokens = tokens
  }
}

/// What a model is asked: how probable is this continuation after this context, and is it what greedy decoding says?
package struct Request: Sendable, Hashable {
  /// The prompt, as raw text.
  package let context: String
  /// What follows it, with its leading space.
  package let continuation: String
  /// Whether the tokenizer's default special tokens (BOS) stand before the context; false of a chat, whose template writes its own.
  package let specialTokens: Bool
  /// How the greedy text is judged; nil where only the logprob is wanted.
  package let exactMatch: ExactMatchRule?
  /// SHA-256 in lower-case hexadecimal over the four fields above; the key of the ledger.
  package let id: String

  package init(context: String, continuation: String, specialTokens: Bool = true, exactMatch: ExactMatchRule?) {
    self.context = context
    self.continuation = continuation
    self.specialTokens = specialTokens
    self.exactMatch = exactMatch
    var digest = CanonicalDigest("holdfast request 1")
    digest.append(context)
    digest.append(continuation)
    digest.append(specialTokens ? 1 : 0)
    digest.append(exactMatch == nil ? 0 : 1)
    if let rule = exactMatch {
      digest.append(rule.accepted)
      digest.append(rule.stop)
    }
    id = digest.hexadecimal()
  }

  /// Equal ids are equal requests, as far as SHA-256 can tell; Swift's `==` on text would also equate different bytes
  /// (a composed and a decomposed accent), which a model does not.
  package static func == (first: Request, second: Request) -> Bool { first.id == second.id }

  package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// When a greedily decoded text counts as right: cut at the first stop and trimmed of ASCII white space, it is one of
/// the accepted answers, byte by byte.
package struct ExactMatchRule: Sendable, Hashable, Codable {
  /// The gold answer first, then its aliases.
  package let accepted: [String]
  /// The text that ends an answer; empty where only the end of the text does.
  package let stop: String

  package init(accepted: [String], stop: String) {
    self.accepted = accepted
    self.stop = stop
  }
}

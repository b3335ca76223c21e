import Suites
import Tokenizers

/// A request as token ids.
package struct EncodedRequest: Sendable, Equatable {
  /// Context and continuation.
  package let ids: [Int32]
  /// How many of the ids are the context's.
  package let contextCount: Int

  package var context: ArraySlice<Int32> { ids[..<contextCount] }
  package var continuation: ArraySlice<Int32> { ids[contextCount...] }

  package init(ids: [Int32], contextCount: Int) {
    self.ids = ids
    self.contextCount = contextCount
  }
}

/// Why a request cannot be scored.
package enum EncodingFault: Error, Equatable {
  /// The continuation has no token of its own: there is nothing to score.
  case emptyContinuation
  /// The context is empty and the tokenizer has neither BOS nor EOS to stand for it.
  case noPrefixToken
}

extension Tokenizer {
  /// Encodes a request as lm-evaluation-harness 0.4 does.
  ///
  /// The context's trailing white space moves to the front of the continuation; both are then encoded as one text, and the
  /// continuation's tokens are those after as many as the context has by itself. An empty context is the prefix token (BOS, else EOS).
  package func encode(_ request: Request) throws(EncodingFault) -> EncodedRequest {
    try encode(context: request.context, continuation: request.continuation, specialTokens: request.specialTokens)
  }

  package func encode(
    context: String, continuation: String, specialTokens: Bool = true
  ) throws(EncodingFault) -> EncodedRequest {
    if context.isEmpty {
      var ids = encode(continuation, addSpecialTokens: false)
      guard !ids.isEmpty else { throw .emptyContinuation }
      guard let prefix = bosTokenID ?? eosTokenID else { throw .noPrefixToken }
      // A continuation that brings the prefix token along does not get a second one.
      if ids.first != prefix { ids.insert(prefix, at: 0) }
      guard ids.count > 1 else { throw .emptyContinuation }
      return EncodedRequest(ids: ids, contextCount: 1)
    }
    let kept = context.unicodeScalars.reversed().drop { $0.properties.isWhitespace }
    let trimmed = String(String.UnicodeScalarView(kept.reversed()))
    let space = String(context.unicodeScalars.dropFirst(trimmed.unicodeScalars.count))
    let whole = encode(trimmed + space + continuation, addSpecialTokens: specialTokens)
    let contextCount = encode(trimmed, addSpecialTokens: specialTokens).count
    guard contextCount < whole.count else { throw .emptyContinuation }
    guard contextCount > 0 else { throw .noPrefixToken }
    return EncodedRequest(ids: whole, contextCount: contextCount)
  }
}

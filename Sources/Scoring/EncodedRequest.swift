import Diagnostics
import Digests
import Reading
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
  /// The prompt of a chat begins with two BOS tokens: what the model was never trained to read.
  case doubledBOS
  /// The server that knows the ids of its texts did not give them.
  case unread
}

extension EncodedRequest {
  /// SHA-256 over the number of context tokens and all ids, as little-endian 32-bit integers.
  package var tokenHash: String {
    var hash = SHA256()
    func update(_ value: Int32) { withUnsafeBytes(of: value.littleEndian) { hash.update(bufferPointer: $0) } }
    update(Int32(contextCount))
    for id in ids { update(id) }
    return hash.finalize().hexadecimal
  }
}

extension Request {
  /// The texts whose ids it is made of: all of it, and the context by itself.
  var promptTexts: [String] {
    if context.isEmpty { return [continuation] }
    return [context + continuation, specialTokens ? context.stripped(.end) : context]
  }
}

extension TextTokenizer {
  private func ids(_ text: String, addSpecialTokens: Bool = false) throws(EncodingFault) -> [Int32] {
    do { return try encodePrompt(text, addSpecialTokens: addSpecialTokens) } catch { throw .unread }
  }

  /// Encodes a request as lm-evaluation-harness 0.4 does.
  ///
  /// The context's trailing white space moves to the front of the continuation; both are then encoded as one text, and the
  /// continuation's tokens are those after as many as the context has by itself. An empty context is the prefix token (BOS, else EOS). An
  /// EOS that the tokenizer would append to every text is left off both.
  package func encode(_ request: Request) throws(EncodingFault) -> EncodedRequest {
    guard request.specialTokens else {
      return try encode(prompt: request.context, answer: request.continuation)
    }
    return try encode(context: request.context, continuation: request.continuation)
  }

  /// Encodes the rendered prompt of a chat, which keeps the white space at its end, and an answer: as one text where the prompt's tokens
  /// begin it, else apart, as the model would be asked and would answer. Special tokens are those that the text spells.
  func encode(prompt: String, answer: String) throws(EncodingFault) -> EncodedRequest {
    let own = try ids(prompt)
    guard !own.isEmpty else { throw .noPrefixToken }
    if let bosTokenID, own.count > 1, own[0] == bosTokenID, own[1] == bosTokenID { throw .doubledBOS }
    let whole = try ids(prompt + answer)
    var continuation = Array(whole.dropFirst(own.count))
    if !whole.starts(with: own) {
      do { continuation = try encodeContinuation(answer) } catch { throw .unread }
    }
    guard !continuation.isEmpty else { throw .emptyContinuation }
    return EncodedRequest(ids: own + continuation, contextCount: own.count)
  }

  package func encode(
    context: String, continuation: String, specialTokens: Bool = true
  ) throws(EncodingFault) -> EncodedRequest {
    if context.isEmpty {
      var ids = try ids(continuation)
      guard !ids.isEmpty else { throw .emptyContinuation }
      guard let prefix = bosTokenID ?? eosTokenID else { throw .noPrefixToken }
      // A continuation that brings the prefix token along does not get a second one.
      if ids.first != prefix { ids.insert(prefix, at: 0) }
      guard ids.count > 1 else { throw .emptyContinuation }
      return EncodedRequest(ids: ids, contextCount: 1)
    }
    let whole = try ids(context + continuation, addSpecialTokens: specialTokens)
    // Where a token spans the boundary, the context is fed as it is encoded by itself.
    let own = try ids(context.stripped(.end), addSpecialTokens: specialTokens)
    guard own.count < whole.count else { throw .emptyContinuation }
    guard !own.isEmpty else { throw .noPrefixToken }
    return EncodedRequest(ids: own + whole.dropFirst(own.count), contextCount: own.count)
  }
}

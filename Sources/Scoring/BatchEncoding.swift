import Checkpoints
import Diagnostics
import Dispatch
import Suites
import Tokenizers
import Transformer

/// What a model can be fed.
package struct EncodingLimits: Sendable {
  /// Rows, which are tokens that something is predicted after.
  package let contextLength: Int
  let vocabularySize: Int

  init(_ spec: DecoderSpec) {
    contextLength = spec.contextLength
    vocabularySize = spec.vocabularySize
  }

  package init(contextLength: Int, vocabularySize: Int) {
    self.contextLength = contextLength
    self.vocabularySize = vocabularySize
  }
}

/// Encodes a batch of requests.
///
/// A prompt longer than the model's context is refused: truncating it would drop demonstrations silently. So is a token that the
/// model has no embedding for: trainers add tokens to a tokenizer without resizing the model, which is fine until one is used.
package func encodeBatch(
  _ requests: [Request], index batch: Int, _ tokenizer: some TextTokenizer, _ limits: EncodingLimits
) -> Result<[EncodedRequest], UnscorableRequest> {
  var encoded: [EncodedRequest] = []
  for (index, request) in requests.enumerated() {
    do throws(EncodingFault) {
      let one = try tokenizer.encode(request)
      // The last token of a request without a rule is predicted and never fed.
      let rows = one.ids.count - (request.exactMatch == nil ? 1 : 0)
      if let unknown = one.ids.first(where: { Int($0) >= limits.vocabularySize }) {
        return .failure(
          UnscorableRequest(
            batch: batch, index: index,
            problem: "token \(unknown) is beyond the model's vocabulary of \(limits.vocabularySize)",
            remedy: "use the tokenizer that belongs to these weights"))
      }
      guard rows <= limits.contextLength else {
        return .failure(
          UnscorableRequest(
            batch: batch, index: index,
            problem: "the prompt has \(rows) tokens, the model's context \(limits.contextLength)",
            remedy: "ask with fewer shots or shorter items; Holdfast never truncates a prompt"))
      }
      encoded.append(one)
    } catch {
      let problem: ShownText =
        switch error {
        case .emptyContinuation: "the continuation has no token of its own"
        case .noPrefixToken: "the context has no token, and the tokenizer has neither BOS nor EOS to stand for it"
        case .doubledBOS: "the chat template's text begins with two BOS tokens"
        case .unread: "the server's /tokenize gave no ids of it"
        }
      let remedy: ShownText =
        switch error {
        case .doubledBOS: "give a template that writes BOS once"
        case .unread: "run the same command again, or name the model's tokenizer files"
        case .emptyContinuation, .noPrefixToken: "give a context and an answer that are not empty"
        }
      return .failure(
        UnscorableRequest(
          batch: batch, index: index, problem: problem, remedy: remedy))
    }
  }
  return .success(encoded)
}

/// The results of `body` for 0..<count, computed by several threads.
package func parallelMap<Value: Sendable>(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
  let chunk = max(1, (count + threads * 4 - 1) / (threads * 4))
  let chunks = (count + chunk - 1) / chunk
  return [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
    nonisolated(unsafe) let base = buffer.baseAddress
    DispatchQueue.concurrentPerform(iterations: chunks) { index in
      for element in index * chunk..<min(count, (index + 1) * chunk) {
        // Every element is written exactly once, by one iteration.
        if let base { (base + element).initialize(to: body(element)) }
      }
    }
    initialized = count
  }
}

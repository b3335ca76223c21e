import Diagnostics
import Reading

/// What a server says of one token of a prompt: how probable it was after those before it.
package struct TokenReading: Sendable, Equatable {
  /// Natural logarithm, over the full vocabulary.
  package let logprob: Double
  /// Whether it is the most probable token there.
  package let isTop: Bool
  /// The most probable token; nil where the server does not say which it is.
  package let top: Int32?

  package init(logprob: Double, isTop: Bool, top: Int32?) {
    self.logprob = logprob
    self.isTop = isTop
    self.top = top
  }
}

/// Why a text is over, in the words of several kinds of server.
enum TextEnd {
  /// By itself, by a stop, or by the length that was asked for; a server that says nothing is believed.
  private static let usual: Set<String> = [
    "", "stop", "length", "eos", "eos_token", "stop_sequence", "end_turn", "max_tokens", "max_length", "limit", "word",
  ]

  /// - Throws: `ServerFault.unwritten` where it was broken off or kept back: such a text is no answer.
  static func demandUsual(_ reason: JSONValue?) throws(ServerFault) {
    guard let reason = reason?.text, !usual.contains(reason.lowercased()) else { return }
    throw .unwritten("leaves an answer out (finish_reason: \(shown(reason, limit: 40)))")
  }
}

/// Greedy text that a server wrote after a prompt.
package struct Generated: Sendable, Equatable {
  /// nil where the server gives text alone.
  package let ids: [Int32]?
  package let text: String
  /// The logprob of each token, where it was asked for.
  package let logprobs: [Double]
  /// Whether the model ended the text itself.
  package let hasEnded: Bool
  /// How many tokens the server read as the prompt; nil where it does not say.
  package let promptTokens: Int?
  /// The ids that the server read as the prompt; nil where it does not say.
  package let promptIDs: [Int32]?

  package init(
    ids: [Int32]?, text: String, logprobs: [Double], hasEnded: Bool, promptTokens: Int?, promptIDs: [Int32]? = nil
  ) {
    self.promptIDs = promptIDs
    self.ids = ids
    self.text = text
    self.logprobs = logprobs
    self.hasEnded = hasEnded
    self.promptTokens = promptTokens
  }
}

import Suites
import Tokenizers

/// Settles exact match from what teacher forcing shows, and says where it cannot.
///
/// As long as the argmax is the answer's own token, the next prediction is that of greedy decoding too. Where they part, the text so far
/// either can still become an accepted answer (another segmentation, an alias), and decoding must go on from there, or it cannot.
package struct GreedyText: Sendable {
  package enum Outcome: Equatable {
    case settled(Bool)
    /// Greedy decoding goes on after these ids (context and greedy tokens so far).
    case undecided(ids: [Int32])
  }

  /// White space that may stand around an answer, in bytes, and tokens of any kind, before a text that is still open is judged as it
  /// stands: a model that says nothing but spaces must not be decoded for ever.
  static let spaceLimit = 16
  package static let tokenLimit = 64

  private var automaton: ExactMatchAutomaton
  private var bytesLeft: Int
  private var tokensLeft = tokenLimit

  package init(_ rule: ExactMatchRule) {
    automaton = ExactMatchAutomaton(rule)
    bytesLeft = (rule.accepted.map(\.utf8.count).max() ?? 0) + rule.stop.utf8.count + Self.spaceLimit
  }

  /// - Parameter argmaxes: the model's choice after the context, after each continuation token, and after the last; nil where all that is
  ///   known is that it is another token than the continuation's.
  package mutating func follow(_ encoded: EncodedRequest, argmaxes: [Int32?], _ vocabulary: AnswerVocabulary) -> Outcome
  {
    for (offset, argmax) in argmaxes.enumerated() {
      let forced = min(encoded.contextCount + offset, encoded.ids.count)
      guard let argmax else { return .undecided(ids: Array(encoded.ids[..<forced])) }
      if let result = append(argmax, vocabulary) { return .settled(result) }
      guard forced < encoded.ids.count, encoded.ids[forced] == argmax else {
        return .undecided(ids: encoded.ids[..<forced] + [argmax])
      }
    }
    return .settled(finish())
  }

  /// Takes one more greedy token. Returns the verdict once there is one.
  package mutating func append(_ token: Int32, _ vocabulary: AnswerVocabulary) -> Bool? {
    vocabulary.endsText(token) ? finish() : append(vocabulary.tokenizer.bytes(of: token))
  }

  /// Takes the bytes of one more token, or of several that were generated together.
  package mutating func append(_ bytes: [UInt8]) -> Bool? {
    bytesLeft -= bytes.count
    tokensLeft -= 1
    switch automaton.append(bytes) {
    case .accepted: return true
    case .rejected: return false
    case .open: return bytesLeft < 0 || tokensLeft == 0 ? finish() : nil
    }
  }

  package mutating func finish() -> Bool { automaton.finish() == .accepted }
}

import Suites
import Tokenizers

/// Settles exact match from what teacher forcing shows, and says where it cannot.
///
/// As long as the argmax is the answer's own token, the next prediction is that of greedy decoding too. Where they part, the text so far
/// either can still become an accepted answer (another segmentation, an alias), and decoding must go on from there, or it cannot.
struct GreedyText {
  enum Outcome: Equatable {
    case settled(Bool)
    /// Greedy decoding goes on after these ids (context and greedy tokens so far).
    case undecided(ids: [Int32])
  }

  /// White space that may stand around an answer, in bytes, and tokens of any kind, before a text that is still open is judged as it
  /// stands: a model that says nothing but spaces must not be decoded for ever.
  static let spaceLimit = 16
  static let tokenLimit = 64

  private var automaton: ExactMatchAutomaton
  private var bytesLeft: Int
  private var tokensLeft = tokenLimit

  init(_ rule: ExactMatchRule) {
    automaton = ExactMatchAutomaton(rule)
    bytesLeft = (rule.accepted.map(\.utf8.count).max() ?? 0) + rule.stop.utf8.count + Self.spaceLimit
  }

  /// - Parameter argmaxes: the model's choice after the context, after each continuation token, and after the last.
  mutating func follow(_ encoded: EncodedRequest, argmaxes: [Int32], _ model: LoadedModel) -> Outcome {
    for (offset, argmax) in argmaxes.enumerated() {
      if let result = append(argmax, model) { return .settled(result) }
      let forced = encoded.contextCount + offset
      guard forced < encoded.ids.count, encoded.ids[forced] == argmax else {
        return .undecided(ids: encoded.ids[..<min(forced, encoded.ids.count)] + [argmax])
      }
    }
    return .settled(finish())
  }

  /// Takes one more greedy token. Returns the verdict once there is one.
  mutating func append(_ token: Int32, _ model: LoadedModel) -> Bool? {
    if model.endsText(token) { return finish() }
    let bytes = model.tokenizer.bytes(of: token)
    bytesLeft -= bytes.count
    tokensLeft -= 1
    switch automaton.append(bytes) {
    case .accepted: return true
    case .rejected: return false
    case .open: return bytesLeft < 0 || tokensLeft == 0 ? finish() : nil
    }
  }

  mutating func finish() -> Bool { automaton.finish() == .accepted }
}

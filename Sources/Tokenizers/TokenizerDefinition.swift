/// Everything that a tokenizer is, whichever file it came from.
///
/// Built by the readers of tokenizer files only, which check that every id in it is an index of `tokens`.
package struct TokenizerDefinition: Sendable {
  /// The tokens by id: of a model over bytes the bytes of the text that they stand for, of others their spelling. Findable are those
  /// that the model can reach.
  package var tokens: TokenTable
  package var model: TokenModel
  package var normalizer = TextNormalizer()
  package var preTokenizer: PreTokenizer
  /// From what `tokens` holds to text.
  package var decoder = TokenDecoder([])
  package var addedTokens: [AddedToken] = []
  /// Ids put before and after every text unless special tokens are declined.
  package var prefix: [Int32] = []
  package var suffix: [Int32] = []
  package var bosTokenID: Int32?
  package var eosTokenID: Int32?
  /// What whoever asks it to encode should know.
  package var notes: [String] = []

  /// Whether a space is put before a text.
  var putsSpaceFirst: Bool {
    let prepends = normalizer.steps.contains { if case .prepend = $0 { true } else { false } }
    return prepends
      || preTokenizer.steps.contains { step in
        switch step {
        case .prefixSpace: true
        case .metaspace(let metaspace): metaspace.prefix != .never
        case .split, .byteAlphabet: false
        }
      }
  }

  /// What it is, for people.
  var kind: String {
    let model =
      switch model {
      case .bytePairs(let pairs):
        switch pairs.symbols {
        case .bytes: "byte-level BPE"
        case .characters(.some): "BPE with byte fallback"
        case .characters(nil): "BPE"
        }
      case .scoredPairs: "SentencePiece BPE"
      case .unigram: "Unigram"
      }
    return preTokenizer.name.isEmpty ? model : "\(model), \(preTokenizer.name)"
  }
}

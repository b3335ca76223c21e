/// Everything that a tokenizer is, whichever file it came from.
///
/// Built by the readers of `tokenizer.json` and GGUF only, which check that every id in it is an index of `tokens`.
package struct TokenizerDefinition: Sendable {
  /// The text of each token, by id, as bytes: byte-level spellings are resolved. Findable are the tokens that merging
  /// can reach.
  package var tokens: TokenTable
  /// Byte-pair merges in order of rank.
  package var merges: [Merge]
  /// The token of each single byte, -1 where the vocabulary has none: such a byte is dropped, or becomes `unknown`.
  package var byteTokens: [Int32]
  /// A piece that is a token as a whole is that token, whatever the merges say (Llama 3).
  package var ignoresMerges = false
  /// What stands for a byte that the vocabulary lacks.
  package var unknown: Unknown?
  package var preTokenizer: PreTokenizer
  /// Text is brought to Unicode's composed normal form first (Qwen 2).
  package var normalizesNFC = false
  package var addedTokens: [AddedToken] = []
  /// Ids put before and after every text unless special tokens are declined.
  package var prefix: [Int32] = []
  package var suffix: [Int32] = []
  package var bosTokenID: Int32?
  package var eosTokenID: Int32?
  /// What whoever asks it to encode should know.
  package var notes: [String] = []

  /// The unknown token, and whether neighbouring unknowns become one.
  package struct Unknown: Sendable, Equatable {
    package let id: Int32
    package let fuses: Bool
  }
}

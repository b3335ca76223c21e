/// The `tokenizer.ggml.*` values of a GGUF file, as they are stored.
package struct GGUFTokenizerFields: Sendable {
  /// `tokenizer.ggml.model`: `gpt2` is byte-level BPE, `llama` SentencePiece, `gemma4` BPE over characters.
  package var model: String
  /// `tokenizer.ggml.pre`: the pre-tokeniser's name.
  package var pre: String?
  package var tokens: [String]
  /// 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte. Empty where the file has none.
  package var tokenTypes: [Int32]
  package var merges: [String]
  /// Of a SentencePiece vocabulary, by id.
  package var scores: [Float]
  package var bosTokenID: Int32?
  package var eosTokenID: Int32?
  package var addBOS: Bool?
  package var addEOS: Bool?
  package var addSpacePrefix: Bool?
  /// `general.name`, by which llama.cpp knows Phi-3's tokens to swallow the white space behind them.
  package var modelName: String?

  package init(
    model: String, pre: String?, tokens: [String], tokenTypes: [Int32], merges: [String], scores: [Float] = [],
    bosTokenID: Int32? = nil, eosTokenID: Int32? = nil, addBOS: Bool? = nil, addEOS: Bool? = nil,
    addSpacePrefix: Bool? = nil, modelName: String? = nil
  ) {
    self.model = model
    self.pre = pre
    self.tokens = tokens
    self.tokenTypes = tokenTypes
    self.merges = merges
    self.scores = scores
    self.bosTokenID = bosTokenID
    self.eosTokenID = eosTokenID
    self.addBOS = addBOS
    self.addEOS = addEOS
    self.addSpacePrefix = addSpacePrefix
    self.modelName = modelName
  }
}

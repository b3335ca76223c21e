import Checkpoints
import Diagnostics

extension Tokenizer {
  /// The tokenizer that a checkpoint brings along.
  package init(_ files: TokenizerFiles) throws {
    switch files {
    case .json(let tokenizer, let configuration):
      try self.init(json: tokenizer, configuration: configuration)
    case .sentencePiece(let model, let configuration, let added):
      try self.init(sentencePiece: model, configuration: configuration, added: added)
    case .tekken(let vocabulary, let configuration):
      try self.init(tekken: vocabulary, configuration: configuration)
    case .gguf(let metadata):
      func required<Value>(_ key: String, _ value: Value?) throws -> Value {
        guard let value else {
          throw InputError(
            metadata.path, field: key, "the field is missing", remedy: "convert the model again, with its vocabulary")
        }
        return value
      }
      func token(_ key: String) throws -> Int32? {
        guard let id = try metadata.integer(key) else { return nil }
        guard let token = Int32(exactly: id) else {
          throw InputError(metadata.path, field: key, "\(id) is not a token id", remedy: "convert the model again")
        }
        return token
      }
      let types = try metadata.integers("tokenizer.ggml.token_type") ?? []
      let fields = GGUFTokenizerFields(
        model: try required("tokenizer.ggml.model", try metadata.string("tokenizer.ggml.model")),
        pre: try metadata.string("tokenizer.ggml.pre"),
        tokens: try required("tokenizer.ggml.tokens", try metadata.strings("tokenizer.ggml.tokens")),
        tokenTypes: types.map { Int32(clamping: $0) },
        merges: try metadata.strings("tokenizer.ggml.merges") ?? [],
        scores: try (metadata.doubles("tokenizer.ggml.scores") ?? []).map { Float($0) },
        bosTokenID: try token("tokenizer.ggml.bos_token_id"),
        eosTokenID: try token("tokenizer.ggml.eos_token_id"),
        addBOS: try metadata.bool("tokenizer.ggml.add_bos_token"),
        addEOS: try metadata.bool("tokenizer.ggml.add_eos_token"),
        addSpacePrefix: try metadata.bool("tokenizer.ggml.add_space_prefix"),
        modelName: try metadata.string("general.name"))
      try self.init(gguf: fields, file: metadata.path)
    }
  }
}

import Diagnostics

/// The `tokenizer.ggml.*` values of a GGUF file, as they are stored.
package struct GGUFTokenizerFields: Sendable {
  /// `tokenizer.ggml.model`: `gpt2` is byte-level BPE, `llama` SentencePiece.
  package var model: String
  /// `tokenizer.ggml.pre`: the pre-tokeniser's name.
  package var pre: String?
  package var tokens: [String]
  /// 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte. Empty where the file has none.
  package var tokenTypes: [Int32]
  package var merges: [String]
  package var bosTokenID: Int32?
  package var eosTokenID: Int32?
  package var addBOS: Bool?
  package var addEOS: Bool?
  package var addSpacePrefix: Bool?

  package init(
    model: String, pre: String?, tokens: [String], tokenTypes: [Int32], merges: [String], bosTokenID: Int32? = nil,
    eosTokenID: Int32? = nil, addBOS: Bool? = nil, addEOS: Bool? = nil, addSpacePrefix: Bool? = nil
  ) {
    self.model = model
    self.pre = pre
    self.tokens = tokens
    self.tokenTypes = tokenTypes
    self.merges = merges
    self.bosTokenID = bosTokenID
    self.eosTokenID = eosTokenID
    self.addBOS = addBOS
    self.addEOS = addEOS
    self.addSpacePrefix = addSpacePrefix
  }
}

extension Tokenizer {
  /// A tokenizer from a GGUF file's metadata.
  ///
  /// GGUF has no flags for added tokens: control tokens are taken as special, user-defined ones as added, both found
  /// in the text as given and without stripping. Qwen 2's text is brought to NFC, which GGUF does not record but the
  /// model was trained with.
  ///
  /// - Parameter file: the GGUF's path, for messages.
  /// - Throws: `InputError` for another model or pre-tokeniser than the supported ones, and for a vocabulary that
  ///   contradicts itself.
  package init(gguf fields: GGUFTokenizerFields, file: String) throws {
    guard fields.model == "gpt2" else {
      let problem: ShownText =
        fields.model == "llama"
        ? "SentencePiece vocabularies are not supported yet" : "the vocabulary model '\(fields.model)' is not supported"
      throw InputError(
        file, field: "tokenizer.ggml.model", problem, remedy: "use a model with a byte-level BPE vocabulary ('gpt2')")
    }
    if fields.addSpacePrefix == true {
      throw InputError(
        file, field: "tokenizer.ggml.add_space_prefix", "a space prefix is not supported for byte-level BPE",
        remedy: "use a model whose tokenizer adds no space")
    }
    let style = try GGUFPreTokenizer(fields.pre, file: file)
    let vocabulary = try VocabularyBuilder(
      fields.tokens.enumerated().map { ($0.element, $0.offset) }, file: file, field: "tokenizer.ggml.tokens")
    let merges = try vocabulary.merges(fields.merges, field: "tokenizer.ggml.merges") { merge, rank in
      try vocabulary.parts(merge, field: "tokenizer.ggml.merges", rank: rank)
    }
    let (tokens, byteTokens) = vocabulary.resolved()
    var definition = TokenizerDefinition(
      tokens: tokens, merges: merges, byteTokens: byteTokens, preTokenizer: style.preTokenizer)
    definition.ignoresMerges = style.ignoresMerges
    definition.normalizesNFC = style.normalizesNFC
    definition.addedTokens = try Self.addedTokens(fields, file: file)
    try definition.check(file: file, added: "tokenizer.ggml.token_type", merges: "tokenizer.ggml.merges")
    definition.bosTokenID = try Self.checked(fields.bosTokenID, "bos", fields, file: file)
    definition.eosTokenID = try Self.checked(fields.eosTokenID, "eos", fields, file: file)
    if fields.addBOS ?? style.addsBOS {
      definition.prefix = [try Self.required(definition.bosTokenID, "bos", file: file)]
    }
    if fields.addEOS ?? false { definition.suffix = [try Self.required(definition.eosTokenID, "eos", file: file)] }
    self.init(definition: definition)
  }

  private static func addedTokens(_ fields: GGUFTokenizerFields, file: String) throws -> [AddedToken] {
    guard fields.tokenTypes.isEmpty || fields.tokenTypes.count == fields.tokens.count else {
      throw InputError(
        file, field: "tokenizer.ggml.token_type",
        "\(fields.tokenTypes.count) types for \(fields.tokens.count) tokens", remedy: "convert the model again")
    }
    return fields.tokenTypes.enumerated().compactMap { id, type in
      guard (2...4).contains(type) else { return nil }
      return AddedToken(id: Int32(id), content: Array(fields.tokens[id].utf8), isSpecial: type != 4)
    }
  }

  private static func checked(_ id: Int32?, _ name: String, _ fields: GGUFTokenizerFields, file: String) throws
    -> Int32?
  {
    guard let id, !fields.tokens.indices.contains(Int(id)) else { return id }
    throw InputError(
      file, field: "tokenizer.ggml.\(name)_token_id", "\(id) is not one of the \(fields.tokens.count) tokens",
      remedy: "convert the model again")
  }

  private static func required(_ id: Int32?, _ name: String, file: String) throws -> Int32 {
    if let id { return id }
    throw InputError(
      file, field: "tokenizer.ggml.\(name)_token_id", "the file asks for \(name.uppercased()) tokens and names none",
      remedy: "convert the model again")
  }
}

/// What a GGUF's `tokenizer.ggml.pre` stands for.
private struct GGUFPreTokenizer {
  let preTokenizer: PreTokenizer
  var ignoresMerges = false
  var normalizesNFC = false
  /// Whether BOS is added where the file does not say.
  var addsBOS = false

  init(_ name: String?, file: String) throws {
    switch name {
    case "gpt-2":
      preTokenizer = PreTokenizer(pattern: .gpt2)
    case "smollm":
      preTokenizer = PreTokenizer(pattern: .gpt2, isolatesDigits: true)
    case "llama-bpe", "llama3", "llama-v3":
      preTokenizer = PreTokenizer(pattern: .llama3)
      ignoresMerges = true
      addsBOS = true
    case "qwen2":
      preTokenizer = PreTokenizer(pattern: .qwen2)
      normalizesNFC = true
    default:
      let problem: ShownText =
        name.map { "the pre-tokeniser '\($0)' is not supported" } ?? "the pre-tokeniser is not named"
      throw InputError(
        file, field: "tokenizer.ggml.pre", problem, remedy: "supported are gpt-2, smollm, llama-bpe and qwen2")
    }
  }
}

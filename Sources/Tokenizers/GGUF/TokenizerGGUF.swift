import Checkpoints
import Diagnostics
import Patterns

extension Tokenizer {
  /// A tokenizer from a GGUF file's metadata, with the ids of llama.cpp.
  ///
  /// GGUF has no flags for added tokens: control and unknown tokens are taken as special, user-defined ones as added, all found in the
  /// text as given. Qwen 2's text is brought to NFC, which GGUF does not record but the model was trained with.
  ///
  /// - Parameter file: the GGUF's path, for messages.
  /// - Throws: `InputError` for another model or pre-tokeniser than the supported ones, and for a vocabulary that
  ///   contradicts itself.
  package init(gguf fields: GGUFTokenizerFields, file: String) throws {
    var addsBOS = true
    var definition: TokenizerDefinition
    switch fields.model {
    case "gpt2", "gemma4":
      let style = try GGUFTextStyle.named(fields.model == "gemma4" ? "gemma4" : fields.pre, file: file)
      addsBOS = style.addsBOS
      definition = try Self.bytePairs(fields, style, file: file)
    case "llama":
      definition = try Self.scoredPairs(fields, file: file)
    default:
      throw InputError(
        file, field: "tokenizer.ggml.model", "the vocabulary model '\(fields.model)' is not supported",
        remedy: "use a model whose vocabulary is gpt2, llama or gemma4")
    }
    definition.addedTokens = try Self.addedTokens(fields, file: file)
    try definition.check(file: file, added: "tokenizer.ggml.token_type", merges: "tokenizer.ggml.merges")
    definition.bosTokenID = try Self.checked(fields.bosTokenID, "bos", fields, file: file)
    definition.eosTokenID = try Self.checked(fields.eosTokenID, "eos", fields, file: file)
    if fields.model == "llama" {
      // What llama.cpp takes where the file does not say.
      definition.bosTokenID = definition.bosTokenID ?? (fields.tokens.count > 1 ? 1 : nil)
      definition.eosTokenID = definition.eosTokenID ?? (fields.tokens.count > 2 ? 2 : nil)
    }
    if fields.addBOS ?? addsBOS {
      definition.prefix = [try Self.required(definition.bosTokenID, "bos", file: file)]
    }
    if fields.addEOS ?? false { definition.suffix = [try Self.required(definition.eosTokenID, "eos", file: file)] }
    self.init(definition: definition)
  }

  private static func vocabulary(_ fields: GGUFTokenizerFields, file: String) throws -> VocabularyBuilder {
    try VocabularyBuilder(
      fields.tokens.enumerated().map { ($0.element, $0.offset) }, file: file, field: "tokenizer.ggml.tokens")
  }

  private static func bytePairs(
    _ fields: GGUFTokenizerFields, _ style: GGUFTextStyle, file: String
  ) throws -> TokenizerDefinition {
    if fields.addSpacePrefix == true {
      throw InputError(
        file, field: "tokenizer.ggml.add_space_prefix", "a space prefix is not supported for this vocabulary",
        remedy: "use a model whose tokenizer adds no space")
    }
    let vocabulary = try vocabulary(fields, file: file)
    let merges = try vocabulary.merges(fields.merges, field: "tokenizer.ggml.merges") { merge, rank in
      try vocabulary.parts(merge, field: "tokenizer.ggml.merges", rank: rank)
    }
    let preTokenizer = PreTokenizer(
      try style.cuts.map { .split(try TextSplit($0, file: file)) }, name: fields.pre ?? "")
    if style.isByteLevel {
      let (tokens, byteTokens) = vocabulary.resolved()
      var model = BytePairModel(merges: merges, symbols: .bytes(byteTokens))
      (model.ignoresMerges, model.lossSeparates) = (style.ignoresMerges, style.lossSeparates)
      var definition = TokenizerDefinition(tokens: tokens, model: .bytePairs(model), preTokenizer: preTokenizer)
      if style.composes { definition.normalizer.steps = [.form(.nfc)] }
      return definition
    }
    var model = BytePairModel(merges: merges, symbols: .characters(ByteTokens(vocabulary.spelled)))
    (model.ignoresMerges, model.lossSeparates) = (style.ignoresMerges, style.lossSeparates)
    return TokenizerDefinition(
      tokens: vocabulary.spelled, model: .bytePairs(model),
      normalizer: .sentencePiece(addsPrefix: false), preTokenizer: preTokenizer,
      decoder: .sentencePiece(dropsPrefix: false))
  }

  private static func scoredPairs(_ fields: GGUFTokenizerFields, file: String) throws -> TokenizerDefinition {
    guard fields.scores.count >= fields.tokens.count, !fields.scores.contains(where: \.isNaN) else {
      throw InputError(
        file, field: "tokenizer.ggml.scores",
        "there are \(fields.scores.count) numbers for \(fields.tokens.count) tokens, or one of them is none",
        remedy: "convert the model again, with its vocabulary")
    }
    let tokens = try vocabulary(fields, file: file).spelled
    let model = ScoredPairModel(scores: fields.scores, bytes: ByteTokens(tokens))
    let addsPrefix = fields.addSpacePrefix ?? true
    return TokenizerDefinition(
      tokens: tokens, model: .scoredPairs(model), normalizer: .sentencePiece(addsPrefix: addsPrefix),
      preTokenizer: PreTokenizer([], name: ""), decoder: .sentencePiece(dropsPrefix: addsPrefix))
  }

  private static func addedTokens(_ fields: GGUFTokenizerFields, file: String) throws -> [AddedToken] {
    guard fields.tokenTypes.isEmpty || fields.tokenTypes.count == fields.tokens.count else {
      throw InputError(
        file, field: "tokenizer.ggml.token_type",
        "\(fields.tokenTypes.count) types for \(fields.tokens.count) tokens", remedy: "convert the model again")
    }
    return fields.tokenTypes.enumerated().compactMap { id, stored in
      let type = GGUFTextStyle.type(of: fields.tokens[id], stored: Int(stored))
      guard (2...4).contains(type), !fields.tokens[id].isEmpty else { return nil }
      return AddedToken(
        id: Int32(id), content: Array(fields.tokens[id].utf8), isSpecial: type != 4,
        stripsRight: GGUFTextStyle.stripsRight(fields.tokens[id], modelName: fields.modelName))
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

extension TextSplit {
  fileprivate init(_ cut: GGUFTextStyle.Cut, file: String) throws {
    switch cut {
    case .digits: self.init(.characters(.digits))
    case .expression(let expression):
      do throws(PatternFault) {
        self.init(try TextMatcher(expression: expression))
      } catch {
        throw InputError(
          file, field: "tokenizer.ggml.pre", "the expression cannot be followed: \(error.problem)",
          remedy: "use the model's Hugging Face folder")
      }
    }
  }
}

import Diagnostics
import Foundation

extension Tokenizer {
  /// A tokenizer from Hugging Face's `tokenizer.json`.
  ///
  /// Truncation and padding that a trainer left in the file are not followed: a text is never shortened silently.
  /// Whether BOS is added is the post-processor's business; `transformers` too passes over the configuration's
  /// `add_bos_token` for these files.
  ///
  /// - Parameters:
  ///   - json: the `tokenizer.json`.
  ///   - configuration: the `tokenizer_config.json` beside it, for `bos_token` and `eos_token`.
  /// - Throws: `InputError` that names the field for what is not supported or contradicts itself. Nothing is guessed.
  package init(json: URL, configuration: URL?) throws {
    let root = try JSONField(contentsOf: json)
    let model = try root.required("model")
    let vocabulary = try Self.vocabulary(model)
    let merges = try Self.merges(model, vocabulary)
    let (tokens, byteTokens) = vocabulary.resolved()
    var definition = TokenizerDefinition(
      tokens: tokens, merges: merges, byteTokens: byteTokens,
      preTokenizer: try PreTokenizer(json: root.member("pre_tokenizer"), in: root))
    definition.ignoresMerges = try model.bool("ignore_merges", absent: false)
    definition.unknown = try Self.unknown(model, vocabulary, byteTokens)
    definition.normalizesNFC = try Self.normalizesNFC(root.member("normalizer"))
    try Self.requireByteLevel(root)
    var seen: Set<Int> = []
    for field in try root.member("added_tokens")?.elements() ?? [] {
      try definition.add(field, spelled: vocabulary, seen: &seen)
    }
    try definition.check(file: root.file, added: "added_tokens", merges: "model.merges")
    let template = try SpecialTokenTemplate(root.member("post_processor"), count: definition.tokens.count)
    definition.prefix = template.prefix
    definition.suffix = template.suffix
    if let configuration { try definition.apply(JSONField(contentsOf: configuration), vocabulary) }
    definition.bosTokenID = definition.bosTokenID ?? definition.prefix.first
    self.init(definition: definition)
  }

  private static func vocabulary(_ model: JSONField) throws -> VocabularyBuilder {
    // Files older than the field are byte-pair where they have merges.
    if let type = try model.member("type")?.string(), type != "BPE" {
      throw try model.unsupported("vocabulary model", "BPE")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let field = try model.member(key), try !field.bytes().isEmpty {
        throw field.fail("subword affixes are not supported", "supported is byte-level BPE")
      }
    }
    if let dropout = try model.member("dropout"), case .number(let rate) = dropout.value, rate != 0 {
      throw dropout.fail("dropout would make token ids random", "set it to null")
    }
    if let field = try model.member("byte_fallback"), try field.bool() {
      throw field.fail("byte fallback is not supported yet", "supported is byte-level BPE")
    }
    let field = try model.required("vocab")
    let tokens = try field.members().map { key, value in
      guard case .number(let number) = value, let id = Int(exactly: number) else {
        throw InputError(
          field.file, field: field.path, "the id of '\(String(decoding: key, as: UTF8.self))' must be a whole number",
          remedy: "export the tokenizer again")
      }
      return (spelling: key, id: id)
    }
    return try VocabularyBuilder(tokens, file: field.file, field: field.path)
  }

  /// Merges are `"a b"` in older files and `["a", "b"]` in newer ones.
  private static func merges(_ model: JSONField, _ vocabulary: VocabularyBuilder) throws -> [Merge] {
    let field = try model.required("merges")
    guard case .array(let elements) = field.value else { throw field.fail("must be an array") }
    var pairs: [(left: ArraySlice<UInt8>, right: ArraySlice<UInt8>)] = []
    pairs.reserveCapacity(elements.count)
    for element in elements {
      switch element {
      case .string(let merge):
        pairs.append(try vocabulary.parts(merge[...], field: "\(field.path)[\(pairs.count)]"))
      case .array(let parts):
        guard parts.count == 2, case .string(let left) = parts[0], case .string(let right) = parts[1] else {
          fallthrough
        }
        pairs.append((left[...], right[...]))
      default:
        throw InputError(
          field.file, field: "\(field.path)[\(pairs.count)]", "a merge must be two tokens",
          remedy: "export the tokenizer again")
      }
    }
    return try vocabulary.merges(pairs, field: field.path)
  }

  private static func unknown(
    _ model: JSONField, _ vocabulary: VocabularyBuilder, _ byteTokens: [Int32]
  ) throws -> TokenizerDefinition.Unknown? {
    // A vocabulary with all the bytes never needs it, and then it may be a name without a token.
    guard let field = try model.member("unk_token"), byteTokens.contains(-1) else { return nil }
    guard let id = vocabulary.id(of: try field.bytes()) else {
      throw field.fail("the token is not in the vocabulary", "name a token of the vocabulary, or null")
    }
    return TokenizerDefinition.Unknown(id: id, fuses: try model.bool("fuse_unk", absent: false))
  }

  private static func normalizesNFC(_ normalizer: JSONField?) throws -> Bool {
    let steps = try normalizer?.sequence("normalizers") ?? []
    for step in steps where try step.type() != "NFC" { throw try step.unsupported("normalizer", "NFC and none") }
    return !steps.isEmpty
  }

  private static func requireByteLevel(_ root: JSONField) throws {
    let decoder = try root.required("decoder")
    guard try decoder.type() == "ByteLevel" else { throw try decoder.unsupported("decoder", "ByteLevel") }
  }
}

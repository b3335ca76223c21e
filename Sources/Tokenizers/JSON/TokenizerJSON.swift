import Diagnostics
import Foundation
import Reading

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
    let root = try Self.read(json)
    let model = try root.required("model", try root.object("model"))
    let isUnigram = try model.string("type") == "Unigram"
    let vocabulary = try isUnigram ? UnigramModel.vocabulary(model) : Self.vocabulary(model)
    var definition =
      try isUnigram ? Self.unigram(root, model, vocabulary) : Self.definition(root, model, vocabulary)
    var seen: Set<Int> = []
    for token in try root.objects("added_tokens") ?? [] {
      try definition.add(token, spelled: vocabulary, seen: &seen)
    }
    try definition.check(file: root.path, added: "added_tokens", merges: "model.merges")
    let template = try SpecialTokenTemplate(root.object("post_processor"), count: definition.tokens.count)
    definition.prefix = template.prefix
    definition.suffix = template.suffix
    if let configuration { try definition.apply(Self.read(configuration), vocabulary) }
    definition.bosTokenID = definition.bosTokenID ?? definition.prefix.first
    self.init(definition: definition)
  }

  /// Larger than any tokenizer; it keeps a mistaken path to a checkpoint from being read whole.
  private static let largestFile = 256 << 20

  /// A vocabulary's repeated keys are the builder's to name, by their ids.
  private static func read(_ url: URL) throws -> JSONFile {
    try JSONFile(url, limit: largestFile, repeats: .kept)
  }

  private static func vocabulary(_ model: JSONFile) throws -> VocabularyBuilder {
    // Files older than the field are byte-pair where they have merges.
    if let type = try model.string("type"), type != "BPE" {
      throw try model.unsupported("vocabulary model", "BPE and Unigram")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] where try !(model.string(key) ?? "").isEmpty {
      throw model.error(key, "subword affixes are not supported", remedy: "use a model whose tokenizer has none")
    }
    if try model.number("dropout") ?? 0 != 0 {
      throw model.error("dropout", "dropout would make token ids random", remedy: "set it to null")
    }
    let vocabulary = try model.required("vocab", try model.object("vocab"))
    let tokens = try vocabulary.members.members.map { member in
      guard let id = member.value.wholeNumber else {
        throw model.error(
          "vocab", "the id of '\(member.key)' must be a whole number", remedy: "export the tokenizer again")
      }
      return (spelling: member.key, id: id)
    }
    return try VocabularyBuilder(tokens, file: model.path, field: model.place("vocab"))
  }

  /// Merges are `"a b"` in older files and `["a", "b"]` in newer ones.
  private static func merges(_ model: JSONFile, _ vocabulary: VocabularyBuilder) throws -> [Merge] {
    let elements = try model.required("merges", try model.array("merges"))
    let field = model.place("merges")
    return try vocabulary.merges(elements, field: field) { element, rank in
      switch element {
      case .string(let merge): return try vocabulary.parts(merge, field: field, rank: rank)
      case .array(let parts):
        guard parts.count == 2, case .string(let left) = parts[0], case .string(let right) = parts[1] else {
          fallthrough
        }
        return (left[...].utf8, right[...].utf8)
      default:
        throw model.error("merges[\(rank)]", "a merge must be two tokens", remedy: "export the tokenizer again")
      }
    }
  }

  /// A vocabulary spelled in the byte alphabet is resolved to bytes, where nothing looks at the spelling.
  private static func definition(
    _ root: JSONFile, _ model: JSONFile, _ vocabulary: VocabularyBuilder
  ) throws -> TokenizerDefinition {
    var preTokenizer = try PreTokenizer(json: root.object("pre_tokenizer"))
    let decoder = try TokenDecoder(json: root.required("decoder", try root.object("decoder")))
    let hasFallback = try model.bool("byte_fallback") ?? false
    var pairs = BytePairModel(merges: try merges(model, vocabulary), symbols: .characters(nil))
    pairs.ignoresMerges = try model.bool("ignore_merges") ?? false
    var definition: TokenizerDefinition
    var needsUnknown = true
    if preTokenizer.endsInBytes, decoder.readsBytesOnly, !hasFallback {
      let (tokens, byteTokens) = vocabulary.resolved()
      pairs.symbols = .bytes(byteTokens)
      // A vocabulary with all the bytes never needs it, and then it may be a name without a token.
      needsUnknown = byteTokens.contains(-1)
      preTokenizer.leaveBytes()
      definition = TokenizerDefinition(tokens: tokens, model: .bytePairs(pairs), preTokenizer: preTokenizer)
    } else {
      let bytes = hasFallback ? ByteTokens(vocabulary.spelled) : nil
      pairs.symbols = .characters(bytes)
      needsUnknown = bytes.map { $0.ids.contains(-1) } ?? true
      definition = TokenizerDefinition(
        tokens: vocabulary.spelled, model: .bytePairs(pairs), preTokenizer: preTokenizer, decoder: decoder)
    }
    if needsUnknown {
      pairs.unknown = try unknown(model, vocabulary)
      definition.model = .bytePairs(pairs)
    }
    definition.normalizer = try TextNormalizer(json: root.object("normalizer"))
    return definition
  }

  private static func unknown(_ model: JSONFile, _ vocabulary: VocabularyBuilder) throws -> UnknownToken? {
    guard let token = try model.string("unk_token") else { return nil }
    guard let id = vocabulary.id(of: token.utf8) else {
      throw model.error(
        "unk_token", "the token is not in the vocabulary", remedy: "name a token of the vocabulary, or null")
    }
    return UnknownToken(id: id, fuses: try model.bool("fuse_unk") ?? false)
  }
}

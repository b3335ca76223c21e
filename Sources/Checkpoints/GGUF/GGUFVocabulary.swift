import Diagnostics
import Reading

/// A GGUF file's byte-level BPE vocabulary, checked so far that `tokenizers` loads what is made of it.
struct GGUFVocabulary {
  let metadata: GGUFMetadata
  let tokens: [String]
  /// As in `tokens`: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused. Empty where the file has none.
  let types: [Int]
  /// Each two spellings with one space between them.
  let merges: [String]
  let style: GGUFTextStyle
  let bosTokenID, eosTokenID, padTokenID, unknownTokenID: Int?
  /// Put before and after every text.
  let prefix: [Int]
  let suffix: [Int]

  private static let remedy: ShownText = "convert the model again, with its vocabulary"

  /// - Throws: `InputError` naming the field that is missing, contradicts another, or is not supported.
  init(_ metadata: GGUFMetadata) throws {
    func refuse(_ key: String, _ problem: ShownText) -> InputError {
      InputError(metadata.path, field: "tokenizer.ggml.\(key)", problem, remedy: Self.remedy)
    }
    let model = try metadata.string("tokenizer.ggml.model")
    guard model == "gpt2" else {
      throw InputError(
        metadata.path, field: "tokenizer.ggml.model",
        "\(model.map { "'\($0)'" } ?? "nothing") cannot be written as tokenizer.json; supported: gpt2",
        remedy: "start from the model's Hugging Face folder")
    }
    guard try metadata.bool("tokenizer.ggml.add_space_prefix") != true else {
      throw refuse("add_space_prefix", "a space prefix is not supported for byte-level BPE")
    }
    let tokens = try metadata.strings("tokenizer.ggml.tokens") ?? []
    let types = try metadata.integers("tokenizer.ggml.token_type") ?? []
    let merges = try metadata.strings("tokenizer.ggml.merges") ?? []
    guard !tokens.isEmpty else { throw refuse("tokens", "there are none") }
    guard types.isEmpty || types.count == tokens.count else {
      throw refuse("token_type", "\(types.count) types for \(tokens.count) tokens")
    }
    // Bytes, because Swift's strings are equal where Unicode is merely equivalent.
    let spellings = Set(tokens.map { Array($0.utf8) })
    guard spellings.count == tokens.count else { throw refuse("tokens", "two tokens are spelled the same") }
    for (rank, merge) in merges.enumerated() {
      let parts = merge.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(Array.init)
      guard parts.count == 2, (parts + [parts[0] + parts[1]]).allSatisfy(spellings.contains) else {
        throw refuse("merges[\(rank)]", "is not two tokens of the vocabulary that make a third")
      }
    }
    func token(_ name: String) throws -> Int? {
      guard let id = try metadata.integer("tokenizer.ggml.\(name)_token_id") else { return nil }
      guard tokens.indices.contains(id) else {
        throw refuse("\(name)_token_id", "\(id) is not one of the \(tokens.count) tokens")
      }
      return id
    }
    style = try GGUFTextStyle(metadata)
    (self.metadata, self.tokens, self.types, self.merges) = (metadata, tokens, types, merges)
    (bosTokenID, eosTokenID) = (try token("bos"), try token("eos"))
    (padTokenID, unknownTokenID) = (try token("padding"), try token("unknown"))
    func around(_ name: String, _ id: Int?, absent: Bool) throws -> [Int] {
      guard try metadata.bool("tokenizer.ggml.add_\(name)_token") ?? absent else { return [] }
      guard let id else { throw refuse("\(name)_token_id", "the file asks for \(name.uppercased()) and names none") }
      return [id]
    }
    prefix = try around("bos", bosTokenID, absent: style.addsBOS)
    suffix = try around("eos", eosTokenID, absent: false)
  }

  /// Tokens that are looked for in the text itself. Unknown and control tokens are special, user-defined ones are not.
  var addedTokens: [(id: Int, isSpecial: Bool)] {
    types.enumerated().filter { (2...4).contains($0.element) }.map { ($0.offset, $0.element != 4) }
  }

  /// tokenizer_config.json. Throws `InputError` for a chat template that is not text.
  func configuration(contextLength: Int) throws -> JSONValue {
    let named = [
      ("bos_token", bosTokenID), ("eos_token", eosTokenID), ("pad_token", padTokenID), ("unk_token", unknownTokenID),
    ]
    var members: [(String, JSONValue)] = named.compactMap { key, id in id.map { (key, .string(tokens[$0])) } }
    if let template = try metadata.string("tokenizer.chat_template") {
      members.append(("chat_template", .string(template)))
    }
    members += [
      ("clean_up_tokenization_spaces", false), ("model_max_length", .integer(contextLength)),
      ("tokenizer_class", "PreTrainedTokenizerFast"),
    ]
    return .object(JSONObject(members.sorted { $0.0 < $1.0 }))
  }
}

/// What `tokenizer.ggml.pre` stands for: how text is prepared and cut into the pieces that merging never crosses.
struct GGUFTextStyle {
  /// The regular expressions as Meta's and Qwen's tokenizer.json write them, without the part for digits.
  private static let head = #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"#
  private static let tail = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  let normalizer: JSONValue
  let preTokenizer: JSONValue
  /// A piece that is a token as a whole is that token, whatever the merges say.
  let ignoresMerges: Bool
  /// Where the file does not say.
  let addsBOS: Bool

  init(_ metadata: GGUFMetadata) throws {
    let pre = try metadata.string("tokenizer.ggml.pre")
    normalizer = pre == "qwen2" ? ["type": "NFC"] : .null
    switch pre {
    case "gpt-2": preTokenizer = Self.byteLevel(usesExpression: true)
    case "smollm":
      preTokenizer = Self.sequence(
        ["type": "Digits", "individual_digits": true], Self.byteLevel(usesExpression: true))
    case "llama-bpe", "llama3", "llama-v3": preTokenizer = Self.split(#"\p{N}{1,3}"#)
    case "qwen2": preTokenizer = Self.split(#"\p{N}"#)
    default:
      throw InputError(
        metadata.path, field: "tokenizer.ggml.pre",
        "\(pre.map { "'\($0)'" } ?? "nothing") is not supported; supported: gpt-2, smollm, llama-bpe, qwen2",
        remedy: "start from the model's Hugging Face folder")
    }
    let isLlama = ["llama-bpe", "llama3", "llama-v3"].contains(pre)
    (ignoresMerges, addsBOS) = (isLlama, isLlama)
  }

  static func byteLevel(usesExpression: Bool) -> JSONValue {
    ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": .bool(usesExpression)]
  }

  private static func sequence(_ steps: JSONValue...) -> JSONValue {
    ["type": "Sequence", "pretokenizers": .array(steps)]
  }

  private static func split(_ digits: String) -> JSONValue {
    sequence(
      [
        "type": "Split", "pattern": ["Regex": .string(head + digits + tail)], "behavior": "Isolated", "invert": false,
      ],
      byteLevel(usesExpression: false))
  }
}

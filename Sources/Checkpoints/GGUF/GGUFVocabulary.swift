import Diagnostics
import Reading

/// A GGUF file's vocabulary, checked so far that `tokenizers` loads what is made of it.
struct GGUFVocabulary {
  /// How text becomes tokens.
  enum Model {
    /// By merges, in pieces that are cut by a style.
    case bytePairs(GGUFTextStyle)
    /// By scores, whole texts at a time, with a space before each where `addsSpace`.
    case scoredPairs(addsSpace: Bool)
  }

  let metadata: GGUFMetadata
  /// `general.name`.
  let modelName: String?
  let tokens: [String]
  /// As in `tokens`: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte. Empty where the file has none.
  let types: [Int]
  /// Each two spellings with one space between them, in order of rank.
  let merges: [String]
  let model: Model
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
    let tokens = try metadata.strings("tokenizer.ggml.tokens") ?? []
    let types = try metadata.integers("tokenizer.ggml.token_type") ?? []
    let name = try metadata.string("tokenizer.ggml.model")
    model = try Self.model(name, metadata)
    guard !tokens.isEmpty else { throw refuse("tokens", "there are none") }
    guard types.isEmpty || types.count == tokens.count else {
      throw refuse("token_type", "\(types.count) types for \(tokens.count) tokens")
    }
    // Bytes, because Swift's strings are equal where Unicode is merely equivalent.
    let spellings = Set(tokens.map { Array($0.utf8) })
    guard spellings.count == tokens.count else { throw refuse("tokens", "two tokens are spelled the same") }
    var addsBOS = true
    switch model {
    case .bytePairs(let style):
      merges = try metadata.strings("tokenizer.ggml.merges") ?? []
      addsBOS = style.addsBOS
      for (rank, merge) in merges.enumerated() {
        let parts = merge.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(Array.init)
        guard parts.count == 2, (parts + [parts[0] + parts[1]]).allSatisfy(spellings.contains) else {
          throw refuse("merges[\(rank)]", "is not two tokens of the vocabulary that make a third")
        }
      }
    case .scoredPairs:
      let scores = try metadata.doubles("tokenizer.ggml.scores") ?? []
      guard scores.count >= tokens.count, !scores.contains(where: \.isNaN) else {
        throw refuse("scores", "there are \(scores.count) numbers for \(tokens.count) tokens, or one of them is none")
      }
      merges = Self.merges(tokens, types, scores)
    }
    let isScored = if case .scoredPairs = model { true } else { false }
    /// - Parameter absent: what llama.cpp takes where a SentencePiece file does not say.
    func token(_ name: String, absent: Int? = nil) throws -> Int? {
      let absent = isScored ? absent.flatMap { tokens.indices.contains($0) ? $0 : nil } : nil
      guard let id = try metadata.integer("tokenizer.ggml.\(name)_token_id") else { return absent }
      guard tokens.indices.contains(id) else {
        throw refuse("\(name)_token_id", "\(id) is not one of the \(tokens.count) tokens")
      }
      return id
    }
    (self.metadata, self.tokens, self.types) = (metadata, tokens, types)
    modelName = try metadata.string("general.name")
    (bosTokenID, eosTokenID) = (try token("bos", absent: 1), try token("eos", absent: 2))
    (padTokenID, unknownTokenID) = (try token("padding"), try token("unknown", absent: 0))
    func around(_ name: String, _ id: Int?, absent: Bool) throws -> [Int] {
      guard try metadata.bool("tokenizer.ggml.add_\(name)_token") ?? absent else { return [] }
      guard let id else { throw refuse("\(name)_token_id", "the file asks for \(name.uppercased()) and names none") }
      return [id]
    }
    prefix = try around("bos", bosTokenID, absent: addsBOS)
    suffix = try around("eos", eosTokenID, absent: false)
  }

  private static func model(_ name: String?, _ metadata: GGUFMetadata) throws -> Model {
    let addsSpace = try metadata.bool("tokenizer.ggml.add_space_prefix")
    switch name {
    case "llama": return .scoredPairs(addsSpace: addsSpace ?? true)
    case "gpt2", "gemma4":
      guard addsSpace != true else {
        throw InputError(
          metadata.path, field: "tokenizer.ggml.add_space_prefix",
          "a space prefix is not supported for this vocabulary",
          remedy: remedy)
      }
      let pre = name == "gemma4" ? name : try metadata.string("tokenizer.ggml.pre")
      return .bytePairs(try GGUFTextStyle.named(pre, file: metadata.path))
    default:
      throw InputError(
        metadata.path, field: "tokenizer.ggml.model",
        "\(name.map { "'\($0)'" } ?? "nothing") cannot be written as tokenizer.json; supported: gpt2, llama, gemma4",
        remedy: "start from the model's Hugging Face folder")
    }
  }

  /// Tokens that are looked for in the text itself. Unknown and control tokens are special, user-defined ones are not.
  var addedTokens: [(id: Int, isSpecial: Bool)] {
    types.enumerated().compactMap { id, stored in
      let type = GGUFTextStyle.type(of: tokens[id], stored: stored)
      return (2...4).contains(type) ? (id, type != 4) : nil
    }
  }

  /// tokenizer_config.json. Throws `InputError` for a chat template that is not text.
  func configuration(contextLength: Int) throws -> JSONValue {
    let named = [
      ("bos_token", bosTokenID), ("eos_token", eosTokenID), ("pad_token", padTokenID), ("unk_token", unknownTokenID),
    ]
    var members: [(String, JSONValue)] = named.compactMap { key, id in id.map { (key, .string(tokens[$0])) } }
    if let template = try metadata.chatTemplates().first, template.name == "default" {
      members.append(("chat_template", .string(template.source)))
    }
    members += [
      ("clean_up_tokenization_spaces", false), ("model_max_length", .integer(contextLength)),
      ("tokenizer_class", "PreTrainedTokenizerFast"),
    ]
    return .object(JSONObject(members.sorted { $0.0 < $1.0 }))
  }
}

extension GGUFVocabulary {
  /// The merges that join what SentencePiece's scores join: each way in which two tokens make a third, by the score of the third. Where two
  /// ways to the same token overlap in a text, a list of merges cannot say that the left one goes first; it prefers the longer left part.
  private static func merges(_ tokens: [String], _ types: [Int], _ scores: [Double]) -> [String] {
    // Other kinds are cut out of a text before, or stand for single bytes.
    let isText = tokens.indices.map { types.isEmpty || types[$0] == 1 || types[$0] == 5 }
    var known: Set<[UInt8]> = []
    for (id, token) in tokens.enumerated() where isText[id] { known.insert(Array(token.utf8)) }
    var found: [(score: Double, id: Int, middle: Int)] = []
    for (id, token) in tokens.enumerated() where isText[id] {
      let bytes = Array(token.utf8)
      for middle in 1..<max(1, bytes.count)
      where bytes[middle] & 0xC0 != 0x80 && known.contains(Array(bytes[..<middle]))
        && known.contains(Array(bytes[middle...]))
      {
        found.append((scores[id], id, middle))
      }
    }
    found.sort { ($1.score, $0.id, $1.middle) < ($0.score, $1.id, $0.middle) }
    return found.map { merge in
      let bytes = Array(tokens[merge.id].utf8)
      return String(decoding: bytes[..<merge.middle] + [UInt8(ascii: " ")] + bytes[merge.middle...], as: UTF8.self)
    }
  }
}

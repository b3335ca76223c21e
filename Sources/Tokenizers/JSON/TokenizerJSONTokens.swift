import Diagnostics
import Reading

extension TokenizerDefinition {
  /// Adds one of the file's `added_tokens`.
  ///
  /// - Parameter seen: the ids of those that were added before.
  /// - Throws: `InputError` where its id contradicts the vocabulary. `tokenizers` would silently give it another one.
  mutating func add(_ token: JSONFile, spelled vocabulary: VocabularyBuilder, seen: inout Set<Int>) throws {
    let content = Array(try token.required("content", try token.string("content")).utf8)
    let id = try token.required("id", try token.integer("id"))
    guard !content.isEmpty else { throw token.error("an added token is empty", remedy: "remove it") }
    let expected = vocabulary.id(of: content).map(Int.init) ?? tokens.count
    guard id == expected else {
      throw token.error(
        "id", "the token '\(String(decoding: content, as: UTF8.self))' has the id \(id) where \(expected) is due",
        remedy: "added tokens keep the vocabulary's ids or follow it in order")
    }
    guard seen.insert(id).inserted else { throw token.error("the token is added twice", remedy: "keep one") }
    if id == tokens.count { tokens.append(content, findable: false) }
    addedTokens.append(
      AddedToken(
        id: Int32(id), content: content,
        isSpecial: try token.bool("special") ?? false,
        isSingleWord: try token.bool("single_word") ?? false,
        stripsLeft: try token.bool("lstrip") ?? false,
        stripsRight: try token.bool("rstrip") ?? false,
        isNormalized: try token.bool("normalized") ?? true))
  }

  /// Takes the BOS and EOS tokens from a `tokenizer_config.json`.
  mutating func apply(_ configuration: JSONFile, _ vocabulary: VocabularyBuilder) throws {
    bosTokenID = try token("bos_token", configuration, vocabulary.id)
    eosTokenID = try token("eos_token", configuration, vocabulary.id)
    try noteDisagreement(configuration)
  }

  /// transformers from version 5 on follows these keys where they are written out, and older ones the post-processor, as is done here.
  private mutating func noteDisagreement(_ configuration: JSONFile) throws {
    for (key, ids, name) in [("add_bos_token", prefix, "BOS"), ("add_eos_token", suffix, "EOS")] {
      guard case .bool(let adds)? = try configuration.value(key), adds == ids.isEmpty else { continue }
      let done = name == "EOS" || ids.isEmpty ? "no prompt gets one here" : "prompts get one here"
      notes.append(
        "\(key) is \(adds) and the post-processor of tokenizer.json adds \(adds ? "no" : "a") \(name): \(done)")
    }
  }

  /// A token named as a string or as an object with its `content`.
  ///
  /// - Parameter find: the vocabulary's token that is spelled so.
  func token(_ key: String, _ configuration: JSONFile, _ find: ([UInt8]) -> Int32?) throws -> Int32? {
    guard let value = try configuration.value(key) else { return nil }
    var holder = (object: configuration, key: key)
    if case .object = value, let object = try configuration.object(key) { holder = (object, "content") }
    let name = try holder.object.required(holder.key, try holder.object.string(holder.key))
    let content = Array(name.utf8)
    if let id = addedTokens.first(where: { $0.content == content })?.id ?? find(content) { return id }
    throw holder.object.error(
      holder.key, "the token '\(name)' is not in the vocabulary",
      remedy: "use the tokenizer that belongs to this file")
  }
}

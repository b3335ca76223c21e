import Diagnostics

extension TokenizerDefinition {
  /// Adds one of the file's `added_tokens`.
  ///
  /// - Parameter seen: the ids of those that were added before.
  /// - Throws: `InputError` where its id contradicts the vocabulary. `tokenizers` would silently give it another one.
  mutating func add(_ field: JSONField, spelled vocabulary: VocabularyBuilder, seen: inout Set<Int>) throws {
    let content = try field.required("content").bytes()
    let idField = try field.required("id")
    let id = try idField.integer()
    guard !content.isEmpty else { throw field.fail("an added token is empty", "remove it") }
    let expected = vocabulary.id(of: content).map(Int.init) ?? tokens.count
    guard id == expected else {
      throw idField.fail(
        "the token '\(String(decoding: content, as: UTF8.self))' has the id \(id) where \(expected) is due",
        "added tokens keep the vocabulary's ids or follow it in order")
    }
    guard seen.insert(id).inserted else { throw field.fail("the token is added twice", "keep one") }
    if id == tokens.count { tokens.append(content, findable: false) }
    addedTokens.append(
      AddedToken(
        id: Int32(id), content: content,
        isSpecial: try field.bool("special", absent: false),
        isSingleWord: try field.bool("single_word", absent: false),
        stripsLeft: try field.bool("lstrip", absent: false),
        stripsRight: try field.bool("rstrip", absent: false),
        isNormalized: try field.bool("normalized", absent: true)))
  }

  /// Takes the BOS and EOS tokens from a `tokenizer_config.json`.
  mutating func apply(_ configuration: JSONField, _ vocabulary: VocabularyBuilder) throws {
    bosTokenID = try token("bos_token", configuration, vocabulary)
    eosTokenID = try token("eos_token", configuration, vocabulary)
    try noteDisagreement(configuration)
  }

  /// transformers from version 5 on follows these keys where they are written out, and older ones the post-processor, as is done here.
  private mutating func noteDisagreement(_ configuration: JSONField) throws {
    for (key, ids, name) in [("add_bos_token", prefix, "BOS"), ("add_eos_token", suffix, "EOS")] {
      guard let field = try configuration.member(key), case .bool(let adds) = field.value, adds == ids.isEmpty else {
        continue
      }
      let done = name == "EOS" || ids.isEmpty ? "no prompt gets one here" : "prompts get one here"
      notes.append(
        "\(key) is \(adds) and the post-processor of tokenizer.json adds \(adds ? "no" : "a") \(name): \(done)")
    }
  }

  /// A token named as a string or as an object with its `content`.
  private func token(_ key: String, _ configuration: JSONField, _ vocabulary: VocabularyBuilder) throws -> Int32? {
    guard var field = try configuration.member(key) else { return nil }
    if case .object = field.value { field = try field.required("content") }
    let content = try field.bytes()
    if let id = addedTokens.first(where: { $0.content == content })?.id ?? vocabulary.id(of: content) { return id }
    throw field.fail(
      "the token '\(String(decoding: content, as: UTF8.self))' is not in the vocabulary",
      "use the tokenizer.json that belongs to this file")
  }
}

import Reading

extension GGUFVocabulary {
  /// tokenizer.json as `tokenizers` serialises one.
  ///
  /// Merges are written as one string each, which every version reads. The text goes out piece by piece, because a vocabulary in
  /// memory as a JSON value would be several times as large.
  func tokenizerJSON() -> [UInt8] {
    let parts = TokenizerComponents(model)
    var text = JSONText(isIndented: false)
    text.append(raw: "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":")
    text.append(.array(addedTokens.map(addedToken)))
    text.append(raw: ",\"normalizer\":")
    text.append(parts.normalizer)
    text.append(raw: ",\"pre_tokenizer\":")
    text.append(parts.preTokenizer)
    text.append(raw: ",\"post_processor\":")
    text.append(postProcessor)
    text.append(raw: ",\"decoder\":")
    text.append(parts.decoder)
    text.append(raw: ",\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":")
    text.append(unknownToken)
    text.append(raw: ",\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":")
    text.append(.bool(parts.isSpelledAsText))
    text.append(raw: ",\"byte_fallback\":")
    text.append(.bool(parts.isSpelledAsText))
    text.append(raw: ",\"ignore_merges\":")
    text.append(.bool(parts.ignoresMerges))
    text.append(raw: ",\"vocab\":{")
    for (id, token) in tokens.enumerated() {
      if id > 0 { text.append(raw: ",") }
      text.append(string: token)
      text.append(raw: ":")
      text.append(.integer(id))
    }
    text.append(raw: "},\"merges\":[")
    for (rank, merge) in merges.enumerated() {
      if rank > 0 { text.append(raw: ",") }
      text.append(string: merge)
    }
    text.append(raw: "]}}\n")
    return text.bytes
  }

  private func addedToken(_ token: (id: Int, isSpecial: Bool)) -> JSONValue {
    [
      "id": .integer(token.id), "content": .string(tokens[token.id]), "single_word": false, "lstrip": false,
      "rstrip": .bool(GGUFTextStyle.stripsRight(tokens[token.id], modelName: modelName)), "normalized": false,
      "special": .bool(token.isSpecial),
    ]
  }

  /// Named where it cannot come up, as Llama's own files name it: a byte without a token is left out.
  private var unknownToken: JSONValue {
    guard case .scoredPairs = model, let unknownTokenID else { return .null }
    let spellings = Set(tokens)
    let hasBytes = (0..<256).allSatisfy { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return spellings.contains("<0x\(byte < 16 ? "0" : "")\(digits)>")
    }
    return hasBytes ? .string(tokens[unknownTokenID]) : .null
  }

  /// Byte offsets always; a template where tokens go around a text. There is always one: `transformers` would put its own in place of none.
  private var postProcessor: JSONValue {
    let offsets: JSONValue = [
      "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true,
    ]
    guard !prefix.isEmpty || !suffix.isEmpty else { return offsets }
    func around(_ text: String, _ type: Int) -> [JSONValue] {
      func special(_ id: Int) -> JSONValue {
        ["SpecialToken": ["id": .string(tokens[id]), "type_id": .integer(type)]]
      }
      return prefix.map(special) + [["Sequence": ["id": .string(text), "type_id": .integer(type)]]]
        + suffix.map(special)
    }
    let used = (prefix + suffix).map { id -> (String, JSONValue) in
      (tokens[id], ["id": .string(tokens[id]), "ids": [.integer(id)], "tokens": [.string(tokens[id])]])
    }
    let template: JSONValue = [
      "type": "TemplateProcessing", "single": .array(around("A", 0)), "pair": .array(around("A", 0) + around("B", 1)),
      "special_tokens": .object(JSONObject(used)),
    ]
    return ["type": "Sequence", "processors": [offsets, template]]
  }
}

/// Text to token ids and back, equal id for id to what the vocabulary's own library makes of it: Hugging Face's `tokenizers`,
/// SentencePiece, llama.cpp.
package struct Tokenizer: Sendable {
  package let definition: TokenizerDefinition
  private let merges: MergeTable
  private let asGiven: AddedTokenMatcher
  private let normalized: AddedTokenMatcher
  private let special: Set<Int32>
  /// The text of added tokens that the byte alphabet would read differently.
  private let literal: [Int32: [UInt8]]

  /// - Parameter definition: from one of the readers, so that its ids are in range.
  init(definition: TokenizerDefinition) {
    self.definition = definition
    if case .bytePairs(let model) = definition.model {
      merges = MergeTable(model.merges)
    } else {
      merges = MergeTable([])
    }
    asGiven = AddedTokenMatcher(definition.addedTokens.filter { !$0.isNormalized }.map { ($0, $0.content) })
    normalized = AddedTokenMatcher(
      definition.addedTokens.filter(\.isNormalized).map { token in
        guard !token.isSpelled else { return (token, token.content) }
        return (token, token.content.withUnsafeBufferPointer { definition.normalizer.normalized($0).bytes })
      })
    special = Set(definition.addedTokens.filter(\.isSpecial).map(\.id))
    literal = Dictionary(
      definition.addedTokens.filter { !definition.tokens[Int($0.id)].elementsEqual($0.content) }
        .map { ($0.id, $0.content) }, uniquingKeysWith: { first, _ in first })
  }

  package var bosTokenID: Int32? { definition.bosTokenID }
  package var eosTokenID: Int32? { definition.eosTokenID }

  /// Whether `encode` begins every text with the BOS token unless special tokens are declined.
  package var addsBOS: Bool { bosTokenID.map { definition.prefix.first == $0 } ?? false }

  /// Whether `encode` puts something after every text unless special tokens are declined.
  package var appendsToText: Bool { !definition.suffix.isEmpty }

  /// What whoever asks models with it should know, a line each.
  package var notes: [String] {
    let appended = definition.suffix.map { "'\(decode([$0]))'" }.joined(separator: ", ")
    return definition.notes
      + (appended.isEmpty ? [] : ["the tokenizer appends \(appended) to every text: prompts are asked without it"])
  }

  /// One more than the highest id. The model's embedding may have more rows.
  package var vocabularySize: Int { definition.tokens.count }

  /// What it is, for people: "byte-level BPE, smollm".
  package var kind: String { definition.kind }

  /// The ids of a text.
  ///
  /// - Parameter addSpecialTokens: put the BOS and EOS tokens around it that the tokenizer asks for. Special tokens
  ///   that are written out in the text are recognised either way.
  package func encode(_ text: String, addSpecialTokens: Bool = true) -> [Int32] {
    let ids = encodePrompt(text, addSpecialTokens: addSpecialTokens)
    return addSpecialTokens ? ids + definition.suffix : ids
  }

  /// The ids of a text that is to be gone on with: what the tokenizer puts before a text, and never the EOS that some put after it, which
  /// would stand between a question and its answer.
  package func encodePrompt(_ text: String, addSpecialTokens: Bool = true) -> [Int32] {
    encoded(text, after: addSpecialTokens ? definition.prefix : []).ids
  }

  /// The ids of a text that goes on after another, such as the line break behind an answer: without the space that some tokenizers put
  /// before a text.
  package func encodeContinuation(_ text: String) -> [Int32] {
    let alone = encodePrompt(text, addSpecialTokens: false)
    guard definition.putsSpaceFirst else { return alone }
    let before = "a"
    let own = encodePrompt(before, addSpecialTokens: false)
    let whole = encodePrompt(before + text, addSpecialTokens: false)
    return whole.starts(with: own) ? Array(whole.dropFirst(own.count)) : alone
  }

  /// The first byte of what a text holds, the vocabulary has no token for, and encoding leaves out; nil where there is nothing such.
  package func firstLost(in text: String) -> UInt8? { definition.model.leavesOut ? encoded(text, after: []).lost : nil }

  /// The text of ids. Bytes that do not form UTF-8 become U+FFFD; ids beyond the vocabulary are left out.
  package func decode(_ ids: [Int32], skipSpecialTokens: Bool = false) -> String {
    let kept = skipSpecialTokens ? ids.filter { !isSpecial($0) } : ids
    return definition.decoder.text(of: kept.map(stored))
  }

  /// The bytes that a token adds to a text that does not begin with it: possibly part of a character, and none for a special token.
  package func bytes(of id: Int32) -> [UInt8] { isSpecial(id) ? [] : definition.decoder.bytes(of: stored(id)) }

  /// Whether a token is a control token rather than text.
  package func isSpecial(_ id: Int32) -> Bool { special.contains(id) }

  /// What the vocabulary holds for an id.
  private func stored(_ id: Int32) -> ArraySlice<UInt8> {
    if !literal.isEmpty, let content = literal[id] { return content[...] }
    return (0..<definition.tokens.count).contains(Int(id)) ? definition.tokens[Int(id)] : []
  }

  private func encoded(_ text: String, after prefix: [Int32]) -> PieceEncoder {
    var encoder = PieceEncoder(definition, merges)
    encoder.ids = prefix
    var text = text
    text.withUTF8 { bytes in
      for part in asGiven.split(bytes) {
        if let id = part.id {
          encoder.ids.append(id)
        } else {
          let isFirst = part.range.lowerBound == 0
          encodePlain(UnsafeBufferPointer(rebasing: bytes[part.range]), isFirst: isFirst, &encoder)
        }
      }
    }
    return encoder
  }

  /// Text between added tokens: normalize, look for the tokens that live in normalized text, cut into pieces, encode each.
  private func encodePlain(_ bytes: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ encoder: inout PieceEncoder) {
    guard !definition.normalizer.isIdentity(for: bytes) else {
      return encodeNormalized(bytes, isFirst: isFirst, &encoder)
    }
    let (text, keepsStart) = definition.normalizer.normalized(bytes)
    text.withUnsafeBufferPointer { encodeNormalized($0, isFirst: isFirst && keepsStart, &encoder) }
  }

  private func encodeNormalized(
    _ bytes: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ encoder: inout PieceEncoder
  ) {
    for part in normalized.split(bytes) {
      if let id = part.id {
        encoder.ids.append(id)
      } else {
        let isFirst = isFirst && part.range.lowerBound == 0
        encoder.encode(UnsafeBufferPointer(rebasing: bytes[part.range]), isFirst: isFirst)
      }
    }
  }
}

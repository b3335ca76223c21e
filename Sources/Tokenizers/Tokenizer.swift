/// Text to token ids and back, equal id for id to Hugging Face's `tokenizers` on the same vocabulary.
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
    merges = MergeTable(definition.merges)
    asGiven = AddedTokenMatcher(definition.addedTokens.filter { !$0.isNormalized }.map { ($0, $0.content) })
    normalized = AddedTokenMatcher(
      definition.addedTokens.filter(\.isNormalized).map { token in
        (token, definition.normalizesNFC ? CanonicalComposition.shared.composed(token.content) : token.content)
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

  /// The first byte of a text that the vocabulary has no token for, and that would be left out; nil where there is none.
  package func firstLost(in text: String) -> UInt8? {
    guard definition.unknown == nil, definition.byteTokens.contains(-1) else { return nil }
    return text.utf8.first { definition.byteTokens[Int($0)] < 0 }
  }

  /// One more than the highest id. The model's embedding may have more rows.
  package var vocabularySize: Int { definition.tokens.count }

  /// What it is, for people: "byte-level BPE, smollm".
  package var kind: String { "byte-level BPE, \(definition.preTokenizer.name)" }

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
    var encoder = PieceEncoder(definition, merges)
    if addSpecialTokens { encoder.ids = definition.prefix }
    var text = text
    text.withUTF8 { bytes in
      for part in asGiven.split(bytes) {
        if let id = part.id {
          encoder.ids.append(id)
        } else {
          encodePlain(UnsafeBufferPointer(rebasing: bytes[part.range]), &encoder)
        }
      }
    }
    return encoder.ids
  }

  /// The text of ids. Bytes that do not form UTF-8 become U+FFFD; ids beyond the vocabulary are left out.
  package func decode(_ ids: [Int32], skipSpecialTokens: Bool = false) -> String {
    var bytes: [UInt8] = []
    for id in ids where !(skipSpecialTokens && isSpecial(id)) { bytes += text(of: id) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes that a token adds to a text: possibly part of a character, and none for a special token.
  package func bytes(of id: Int32) -> [UInt8] { isSpecial(id) ? [] : Array(text(of: id)) }

  /// Whether a token is a control token rather than text.
  package func isSpecial(_ id: Int32) -> Bool { special.contains(id) }

  private func text(of id: Int32) -> ArraySlice<UInt8> {
    if !literal.isEmpty, let content = literal[id] { return content[...] }
    return (0..<definition.tokens.count).contains(Int(id)) ? definition.tokens[Int(id)] : []
  }

  /// Text between added tokens: normalize, look for the tokens that live in normalized text, cut into pieces, merge.
  private func encodePlain(_ bytes: UnsafeBufferPointer<UInt8>, _ encoder: inout PieceEncoder) {
    // Nothing below U+0300 composes or changes under NFC.
    guard definition.normalizesNFC, bytes.contains(where: { $0 >= 0xCC }) else {
      return encodeNormalized(bytes, &encoder)
    }
    CanonicalComposition.shared.composed(Array(bytes)).withUnsafeBufferPointer { encodeNormalized($0, &encoder) }
  }

  private func encodeNormalized(_ bytes: UnsafeBufferPointer<UInt8>, _ encoder: inout PieceEncoder) {
    for part in normalized.split(bytes) {
      if let id = part.id {
        encoder.ids.append(id)
      } else {
        encoder.encode(UnsafeBufferPointer(rebasing: bytes[part.range]))
      }
    }
  }
}

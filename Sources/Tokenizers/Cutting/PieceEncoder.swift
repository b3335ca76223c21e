/// Cuts plain text into pieces and makes tokens of each, gathering ids; one is made for a text, so that its buffers are reused.
struct PieceEncoder {
  var ids: [Int32] = []
  /// The first byte of what the vocabulary has no token for, and that was left out.
  private(set) var lost: UInt8?
  private let definition: TokenizerDefinition
  private let merges: MergeTable
  private var loop = MergeLoop()
  private var scored = ScoredMergeLoop()

  init(_ definition: TokenizerDefinition, _ merges: MergeTable) {
    self.definition = definition
    self.merges = merges
  }

  /// - Parameters:
  ///   - text: valid UTF-8 without added tokens, normalized.
  ///   - isFirst: the whole text begins with it.
  mutating func encode(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool) {
    cut(text, from: 0, isFirst: isFirst)
  }

  /// Applies the pre-tokeniser's steps from `step` on.
  private mutating func cut(_ text: UnsafeBufferPointer<UInt8>, from step: Int, isFirst: Bool) {
    guard !text.isEmpty else { return }
    guard step < definition.preTokenizer.steps.count else { return encodePiece(text) }
    switch definition.preTokenizer.steps[step] {
    case .split(let split):
      split.forEachPiece(of: text) { range in
        cut(UnsafeBufferPointer(rebasing: text[range]), from: step + 1, isFirst: isFirst && range.lowerBound == 0)
      }
    case .prefixSpace:
      guard text.first != UInt8(ascii: " ") else { return cut(text, from: step + 1, isFirst: isFirst) }
      ([UInt8(ascii: " ")] + text).withUnsafeBufferPointer { cut($0, from: step + 1, isFirst: isFirst) }
    case .byteAlphabet:
      ByteAlphabet.spelling(of: text).withUnsafeBufferPointer { cut($0, from: step + 1, isFirst: isFirst) }
    case .metaspace(let metaspace):
      metaspace.replaced(text, isFirst: isFirst).withUnsafeBufferPointer {
        cut($0, from: step + 1, isFirst: isFirst)
      }
    }
  }

  private mutating func encodePiece(_ piece: UnsafeBufferPointer<UInt8>) {
    switch definition.model {
    case .bytePairs(let model): merge(piece, model)
    case .scoredPairs(let model): lost = scored.run(piece, model, definition.tokens, into: &ids) ?? lost
    case .unigram(let model): model.encode(piece, into: &ids)
    }
  }

  private mutating func merge(_ piece: UnsafeBufferPointer<UInt8>, _ model: BytePairModel) {
    if model.ignoresMerges, let whole = definition.tokens.find(piece) {
      ids.append(Int32(whole))
      return
    }
    loop.begin()
    switch model.symbols {
    case .bytes(let tokens): appendBytes(of: piece, tokens, model)
    case .characters(let fallback): appendCharacters(of: piece, fallback, model)
    }
    loop.run(merges)
    ids += model.lossSeparates ? loop.symbols.filter { $0 != Self.gap } : loop.symbols
  }

  /// In the place of what was left out: no rule merges it.
  private static let gap: Int32 = -1

  private mutating func lose(_ byte: UInt8?, _ model: BytePairModel) {
    lost = lost ?? byte
    if model.lossSeparates { loop.append(Self.gap) }
  }

  private mutating func appendBytes(
    of piece: UnsafeBufferPointer<UInt8>, _ tokens: [Int32], _ model: BytePairModel
  ) {
    var afterUnknown = false
    for byte in piece {
      let token = tokens[Int(byte)]
      if token >= 0 {
        loop.append(token)
        afterUnknown = false
      } else if let unknown = model.unknown {
        if !(afterUnknown && unknown.fuses) { loop.append(unknown.id) }
        afterUnknown = true
      } else {
        lose(byte, model)
      }
    }
  }

  /// In the order of `tokenizers`: bytes that stand for a character do not wait for the unknown token before them.
  private mutating func appendCharacters(
    of piece: UnsafeBufferPointer<UInt8>, _ fallback: ByteTokens?, _ model: BytePairModel
  ) {
    let unknown = model.unknown
    var pending = false
    var place = 0
    while place < piece.count {
      let end = min(place + UTF8.length(leading: piece[place]), piece.count)
      let character = UnsafeBufferPointer(rebasing: piece[place..<end])
      place = end
      if let token = definition.tokens.find(character) {
        if pending, let unknown { loop.append(unknown.id) }
        pending = false
        loop.append(Int32(token))
      } else if let fallback, fallback.spell(character) {
        for byte in character { loop.append(fallback.ids[Int(byte)]) }
      } else if let unknown {
        if pending, !unknown.fuses { loop.append(unknown.id) }
        pending = true
      } else {
        lose(character.first, model)
      }
    }
    if pending, let unknown { loop.append(unknown.id) }
  }
}

extension UTF8 {
  /// Bytes of the character whose first byte this is, in valid UTF-8.
  @inline(__always)
  static func length(leading byte: UInt8) -> Int { byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4 }
}

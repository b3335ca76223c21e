/// Cuts plain text into pieces and merges each, gathering ids; one is made for a text, so that its buffers are reused.
struct PieceEncoder {
  var ids: [Int32] = []
  private let definition: TokenizerDefinition
  private let merges: MergeTable
  private var loop = MergeLoop()

  init(_ definition: TokenizerDefinition, _ merges: MergeTable) {
    self.definition = definition
    self.merges = merges
  }

  /// - Parameter text: valid UTF-8 without added tokens.
  mutating func encode(_ text: UnsafeBufferPointer<UInt8>) {
    guard definition.preTokenizer.addsPrefixSpace, let first = text.first, first != UInt8(ascii: " ") else {
      return encodePieces(text)
    }
    ([UInt8(ascii: " ")] + text).withUnsafeBufferPointer { encodePieces($0) }
  }

  private mutating func encodePieces(_ text: UnsafeBufferPointer<UInt8>) {
    definition.preTokenizer.forEachPiece(of: text) { range in
      encodePiece(UnsafeBufferPointer(rebasing: text[range]))
    }
  }

  private mutating func encodePiece(_ piece: UnsafeBufferPointer<UInt8>) {
    if definition.ignoresMerges, let whole = definition.tokens.find(piece) {
      ids.append(Int32(whole))
      return
    }
    loop.begin()
    var afterUnknown = false
    for byte in piece {
      let token = definition.byteTokens[Int(byte)]
      if token >= 0 {
        loop.append(token)
        afterUnknown = false
      } else if let unknown = definition.unknown, !(afterUnknown && unknown.fuses) {
        loop.append(unknown.id)
        afterUnknown = true
      }
    }
    loop.run(merges)
    ids += loop.symbols
  }
}

/// What makes tokens of a piece of text.
package enum TokenModel: Sendable {
  case bytePairs(BytePairModel)
  case scoredPairs(ScoredPairModel)
  case unigram(UnigramModel)

  /// Whether there is text that it leaves out, for want of a token.
  var leavesOut: Bool {
    switch self {
    case .bytePairs(let model):
      guard model.unknown == nil else { return false }
      if case .bytes(let tokens) = model.symbols { return tokens.contains(-1) }
      return true
    case .scoredPairs(let model): return model.unknown == nil && model.bytes.ids.contains(-1)
    case .unigram: return false
    }
  }
}

/// Byte-pair encoding by a list of merges.
package struct BytePairModel: Sendable {
  /// What a piece is taken apart into before anything is merged.
  package enum Symbols: Sendable {
    /// Bytes; the token of each, -1 where the vocabulary has none.
    case bytes([Int32])
    /// Characters. Those that the vocabulary lacks become the tokens of their bytes where it has them all.
    case characters(ByteTokens?)
  }

  /// In order of rank.
  package var merges: [Merge]
  package var symbols: Symbols
  /// A piece that is a token as a whole is that token, whatever the merges say (Llama 3).
  package var ignoresMerges = false
  /// What stands for a byte or a character that the vocabulary lacks; it is left out where there is none.
  package var unknown: UnknownToken?
  /// What is left out keeps its neighbours apart, as in llama.cpp; in `tokenizers` they may merge.
  package var lossSeparates = false
}

/// SentencePiece's byte-pair encoding: of all neighbours that are a token together, those with the highest score are joined first.
package struct ScoredPairModel: Sendable {
  /// By id.
  package var scores: [Float]
  /// Tokens that merging goes through and no text becomes: they are taken apart again.
  package var unused: Set<Int32> = []
  package var bytes: ByteTokens
  /// Whether characters that the vocabulary lacks become their bytes.
  package var fallsBack = true
  package var unknown: UnknownToken?
}

/// The unknown token, and whether neighbouring unknowns become one.
package struct UnknownToken: Sendable, Equatable {
  package let id: Int32
  package let fuses: Bool

  package init(id: Int32, fuses: Bool) { (self.id, self.fuses) = (id, fuses) }
}

/// The tokens that stand for single bytes of characters that a vocabulary lacks: `<0x00>` to `<0xFF>`.
package struct ByteTokens: Sendable, Equatable {
  /// By byte, -1 where the vocabulary has none.
  package let ids: [Int32]

  package init(_ vocabulary: TokenTable) {
    ids = (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      let spelling = "<0x\(byte < 16 ? "0" : "")\(digits)>"
      return vocabulary.find(spelling.utf8).map { Int32($0) } ?? -1
    }
  }

  /// Whether there is a token for each of these bytes.
  func spell(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { ids[Int($0)] >= 0 } }
}

import Diagnostics

/// The pieces of a Unigram vocabulary are not one.
package struct UnigramFault: Error {
  /// Which piece, where it is one.
  package let piece: Int?
  package let problem: ShownText
}

/// A vocabulary of pieces with scores, which are logarithms of probabilities: a text is cut into the pieces whose scores have
/// the largest sum.
///
/// The rules are those of `tokenizers` (models/unigram/model.rs), or of SentencePiece (unigram_model.cc), so that ids are equal:
/// - Sums are in double precision, SentencePiece's in single, from the text's beginning on. Of two ways with the same sum to the
///   same place the one whose last piece begins earlier is kept.
/// - A character that no piece is for costs ten more than the lowest score. Unknown ones in a row become one: the piece with
///   their bytes where there is one, else the bytes' own pieces where all of these exist and are wanted, else the unknown piece.
package struct UnigramModel: Sendable {
  private let trie: PieceTrie
  /// By id.
  private let scores: [Double]
  private let unknown: Int32
  private let unknownScore: Double
  /// Where bytes are wanted.
  private let bytes: ByteTokens?
  private let rules: Rules

  /// Whose ids they are to be.
  package enum Rules: Sendable { case tokenizers, sentencePiece }

  private static let unknownPenalty = 10.0
  /// The most bytes of a piece: looking for pieces takes up to this many steps at each character.
  package static let longestPiece = 4_096
  /// SentencePiece begins its sum anew beyond this, where single precision would lose the scores.
  private static let largestSum = 100_000.0

  /// - Parameters:
  ///   - pieces: by id. Of two with the same text the later one is used; an empty one is for nothing.
  ///   - unknown: the id of the unknown piece.
  ///   - bytes: the pieces that unknown characters become, where they do.
  /// - Throws: `UnigramFault` where there are no pieces, one is too long, a score is no number, or there is no unknown piece.
  package init(
    pieces: [(text: [UInt8], score: Double)], unknown: Int, bytes: ByteTokens?, rules: Rules = .tokenizers
  ) throws(UnigramFault) {
    guard !pieces.isEmpty, pieces.count <= Int(Int32.max) else {
      throw UnigramFault(piece: nil, problem: "has \(pieces.count) pieces")
    }
    guard pieces.indices.contains(unknown) else {
      throw UnigramFault(piece: nil, problem: "the unknown piece's id \(unknown) is not one of \(pieces.count) pieces")
    }
    var trie = PieceTrie(minimumBytes: pieces.count * 4)
    for (id, piece) in pieces.enumerated() {
      guard piece.score.isFinite else { throw UnigramFault(piece: id, problem: "the score is not a finite number") }
      guard piece.text.count <= Self.longestPiece else {
        throw UnigramFault(piece: id, problem: "the piece is longer than \(Self.longestPiece) bytes")
      }
      if !piece.text.isEmpty { trie.insert(piece.text, value: Int32(id)) }
    }
    self.trie = trie
    scores = pieces.map(\.score)
    self.unknown = Int32(unknown)
    let counted = rules == .tokenizers ? scores : pieces.filter { !$0.text.isEmpty }.map(\.score)
    unknownScore = (counted.min() ?? 0) - Self.unknownPenalty
    self.bytes = bytes
    self.rules = rules
  }

  /// The best way to a place of the text.
  private struct Arrival {
    var score = 0.0
    /// Where its last piece begins; -1 where there is no way yet.
    var start = -1
    var id: Int32 = 0
  }

  /// Appends the ids of a text.
  ///
  /// - Parameter text: valid UTF-8.
  package func encode(_ text: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
    let arrivals = arrivals(text)
    var pieces: [Range<Int>] = []
    var isUnknown: [Bool] = []
    var end = text.count
    while end > 0 {
      let arrival = arrivals[end]
      if arrival.id == unknown, isUnknown.last == true, let last = pieces.last {
        pieces[pieces.count - 1] = arrival.start..<last.upperBound
      } else {
        pieces.append(arrival.start..<end)
        isUnknown.append(arrival.id == unknown)
      }
      end = arrival.start
    }
    for index in pieces.indices.reversed() {
      if isUnknown[index] {
        appendUnknown(UnsafeBufferPointer(rebasing: text[pieces[index]]), to: &ids)
      } else {
        ids.append(arrivals[pieces[index].upperBound].id)
      }
    }
  }

  private func arrivals(_ text: UnsafeBufferPointer<UInt8>) -> [Arrival] {
    var arrivals = [Arrival](repeating: Arrival(), count: text.count + 1)
    var start = 0
    var frontier = 0
    while start < text.count {
      if rules == .sentencePiece, abs(arrivals[start].score) > Self.largestSum {
        let offset = arrivals[start].score
        for place in start...max(start, frontier) { arrivals[place].score = add(arrivals[place].score, -offset) }
      }
      let scoreHere = arrivals[start].score
      let lead = text[start]
      let next = min(text.count, start + (lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4))
      var isKnown = false
      func arrive(_ end: Int, _ id: Int32, _ score: Double) {
        let sum = add(score, scoreHere)
        frontier = max(frontier, end)
        guard arrivals[end].start < 0 || sum > arrivals[end].score else { return }
        arrivals[end] = Arrival(score: sum, start: start, id: id)
      }
      trie.forEachPrefix(of: text, from: start) { id, end in
        arrive(end, id, scores[Int(id)])
        if end == next { isKnown = true }
      }
      if !isKnown { arrive(next, unknown, unknownScore) }
      start = next
    }
    return arrivals
  }

  @inline(__always)
  private func add(_ a: Double, _ b: Double) -> Double {
    rules == .tokenizers ? a + b : Double(Float(a) + Float(b))
  }

  private func appendUnknown(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    if let id = trie.value(of: text) {
      ids.append(id)
    } else if let bytes, bytes.spell(text) {
      ids += text.map { bytes.ids[Int($0)] }
    } else {
      ids.append(unknown)
    }
  }
}

/// SentencePiece's merging of one piece of text: of all neighbours whose texts together are a token, those with the highest score are
/// joined first, of equal ones the leftmost.
struct ScoredMergeLoop {
  /// A stretch of the piece. Its length is zero once its left neighbour has taken it up.
  private struct Symbol {
    var start: Int
    var length: Int
    var previous: Int
    var next: Int
  }

  private struct Candidate: HeapElement {
    let score: Float
    let left: Int
    /// Of both symbols together; another one tells that either has been joined since.
    let length: Int

    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
      a.score != b.score ? a.score > b.score : a.left < b.left
    }
  }

  private var symbols: [Symbol] = []
  private var queue = Heap<Candidate>()
  /// Of each unused token that neighbours could have been joined to, the bytes of the left one.
  private var splits: [Int32: Int] = [:]

  /// Appends the tokens of a piece to `ids`.
  ///
  /// - Parameter piece: valid UTF-8.
  /// - Returns: the first byte that the vocabulary has no token for, and that was left out.
  mutating func run(
    _ piece: UnsafeBufferPointer<UInt8>, _ model: ScoredPairModel, _ tokens: TokenTable, into ids: inout [Int32]
  ) -> UInt8? {
    begin(piece)
    func token(_ symbol: Symbol) -> Int? {
      tokens.find(UnsafeBufferPointer(rebasing: piece[symbol.start..<symbol.start + symbol.length]))
    }
    func consider(_ left: Int) {
      guard left >= 0, symbols[left].next < symbols.count else { return }
      var both = symbols[left]
      both.length += symbols[both.next].length
      guard let token = token(both) else { return }
      if model.unused.contains(Int32(token)) { splits[Int32(token)] = symbols[left].length }
      queue.push(Candidate(score: model.scores[token], left: left, length: both.length))
    }
    for left in symbols.indices { consider(left) }
    while let candidate = queue.pop() {
      let left = candidate.left
      let right = symbols[left].next
      guard symbols[left].length > 0, right < symbols.count,
        symbols[left].length + symbols[right].length == candidate.length
      else { continue }
      symbols[left].length = candidate.length
      symbols[right].length = 0
      symbols[left].next = symbols[right].next
      if symbols[right].next < symbols.count { symbols[symbols[right].next].previous = left }
      consider(symbols[left].previous)
      consider(left)
    }
    return gather(piece, model, token, into: &ids)
  }

  private mutating func begin(_ piece: UnsafeBufferPointer<UInt8>) {
    symbols.removeAll(keepingCapacity: true)
    splits.removeAll(keepingCapacity: true)
    var place = 0
    while place < piece.count {
      let length = min(UTF8.length(leading: piece[place]), piece.count - place)
      symbols.append(
        Symbol(start: place, length: length, previous: symbols.count - 1, next: symbols.count + 1))
      place += length
    }
  }

  private func gather(
    _ piece: UnsafeBufferPointer<UInt8>, _ model: ScoredPairModel, _ token: (Symbol) -> Int?, into ids: inout [Int32]
  ) -> UInt8? {
    var lost: UInt8?
    var afterUnknown = false
    // An unused token's parts come out in its place; they may be unused themselves.
    var open = Array(symbols.lazy.filter { $0.length > 0 }.reversed())
    while var symbol = open.popLast() {
      if let token = token(symbol) {
        if let left = splits[Int32(token)] {
          var right = symbol
          (right.start, right.length) = (symbol.start + left, symbol.length - left)
          symbol.length = left
          open += [right, symbol]
          continue
        }
        ids.append(Int32(token))
        afterUnknown = false
        continue
      }
      let bytes = piece[symbol.start..<symbol.start + symbol.length]
      if let unknown = model.unknown, !model.fallsBack || !model.bytes.spell(bytes) {
        if !(afterUnknown && unknown.fuses) { ids.append(unknown.id) }
        afterUnknown = true
        continue
      }
      afterUnknown = false
      for byte in bytes {
        let token = model.bytes.ids[Int(byte)]
        if token >= 0 { ids.append(token) } else { lost = lost ?? byte }
      }
    }
    return lost
  }
}

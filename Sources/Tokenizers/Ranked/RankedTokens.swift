/// A vocabulary that is a list of byte strings by rank, as tiktoken's: of two neighbours in a text those are joined first whose
/// bytes together are the token of lowest rank.
package struct RankedTokens: Sendable {
  private let table: TokenTable

  /// - Parameter tokens: by rank, no two the same.
  package init(_ tokens: TokenTable) { table = tokens }

  /// The rules that join the same neighbours: for each token of two bytes or more, the two parts that its bytes come to by the
  /// tokens of lower rank alone. A token that those do not make of two parts is made by no rule; it is there for whole pieces.
  ///
  /// - Parameter first: the id of the token of rank 0.
  package func merges(firstID first: Int) -> [Merge] {
    var merges: [Merge] = []
    merges.reserveCapacity(table.count)
    for rank in 0..<table.count {
      let token = table[rank]
      guard token.count >= 2, let middle = middle(of: token, below: rank) else { continue }
      guard let left = table.find(token[..<middle]), let right = table.find(token[middle...]) else { continue }
      merges.append(Merge(left: Int32(first + left), right: Int32(first + right), result: Int32(first + rank)))
    }
    return merges
  }

  /// Where the second of the two parts begins.
  private func middle(of token: ArraySlice<UInt8>, below rank: Int) -> Int? {
    // Where each part begins, and the rank of it with the part after it.
    var starts = Array(token.indices) + [token.endIndex]
    func joint(_ part: Int) -> Int {
      guard part + 2 < starts.count, let found = table.find(token[starts[part]..<starts[part + 2]]) else { return .max }
      return found < rank ? found : .max
    }
    var joints = starts.indices.map(joint)
    while starts.count > 3 {
      var best = 0
      for part in joints.indices where joints[part] < joints[best] { best = part }
      guard joints[best] != .max else { return nil }
      starts.remove(at: best + 1)
      joints.remove(at: best + 1)
      joints[best] = joint(best)
      if best > 0 { joints[best - 1] = joint(best - 1) }
    }
    return starts[1]
  }
}

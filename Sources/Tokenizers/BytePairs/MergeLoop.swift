/// Byte-pair merging of one piece of text: while any rule fits, the rule of lowest rank is applied at its leftmost
/// place.
struct MergeLoop {
  /// Up to this many symbols a scan for the lowest rank beats a heap.
  private static let scanLimit = 48

  /// The symbols of the piece; after `run`, its token ids.
  private(set) var symbols: [Int32] = []
  /// The rule for each symbol and its right neighbour.
  private var rules: [UInt64] = []

  mutating func begin() { symbols.removeAll(keepingCapacity: true) }

  mutating func append(_ symbol: Int32) { symbols.append(symbol) }

  mutating func run(_ table: MergeTable) {
    guard symbols.count > 1 else { return }
    if symbols.count <= Self.scanLimit { scan(table) } else { heap(table) }
  }

  private mutating func scan(_ table: MergeTable) {
    rules.removeAll(keepingCapacity: true)
    for i in 0..<(symbols.count - 1) { rules.append(table.value(symbols[i], symbols[i + 1])) }
    while !rules.isEmpty {
      var best = 0
      for i in 1..<max(1, rules.count) where rules[i] < rules[best] { best = i }
      guard rules[best] != MergeTable.none else { return }
      symbols[best] = MergeTable.result(rules[best])
      symbols.remove(at: best + 1)
      rules.remove(at: best)
      if best < rules.count { rules[best] = table.value(symbols[best], symbols[best + 1]) }
      if best > 0 { rules[best - 1] = table.value(symbols[best - 1], symbols[best]) }
    }
  }

  /// The same result in O(n log n): a piece can be a megabyte of one letter.
  private mutating func heap(_ table: MergeTable) {
    let count = symbols.count
    var next = (0..<count).map { $0 + 1 }
    var previous = (0..<count).map { $0 - 1 }
    var alive = [Bool](repeating: true, count: count)
    var queue = Heap<MergeCandidate>()
    func consider(_ left: Int, _ right: Int) {
      let rule = table.value(symbols[left], symbols[right])
      if rule != MergeTable.none { queue.push(MergeCandidate(rule: rule, place: left)) }
    }
    for i in 0..<(count - 1) { consider(i, i + 1) }
    while let candidate = queue.pop() {
      let left = candidate.place
      guard alive[left], next[left] < count else { continue }
      let right = next[left]
      // A candidate is out of date once either neighbour has merged with another.
      guard table.value(symbols[left], symbols[right]) == candidate.rule else { continue }
      symbols[left] = MergeTable.result(candidate.rule)
      alive[right] = false
      next[left] = next[right]
      if next[left] < count {
        previous[next[left]] = left
        consider(left, next[left])
      }
      if previous[left] >= 0 { consider(previous[left], left) }
    }
    symbols = (0..<count).filter { alive[$0] }.map { symbols[$0] }
  }
}

/// A merge that may apply; ordered by rank and then by place.
private struct MergeCandidate: HeapElement {
  let rule: UInt64
  let place: Int

  static func precedes(_ first: MergeCandidate, _ second: MergeCandidate) -> Bool {
    first.rule != second.rule ? first.rule < second.rule : first.place < second.place
  }
}

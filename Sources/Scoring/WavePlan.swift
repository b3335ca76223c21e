import Transformer

/// A prefix forest cut into waves: slices of its preorder, so that every distinct prefix is computed once.
///
/// What a wave needs of earlier ones is always one path from a root, the *spine*, whose keys and values are carried over. Waves end where
/// that path is shortest: between whole trees wherever one ends in the last quarter of the wave.
package struct WavePlan: Sequence {
  package let forest: PrefixForest
  /// The most rows a wave has.
  package let capacity: Int
  private let order: [Int]

  /// A wave and the forest's node at each of its scored rows.
  package struct PlannedWave: Sendable {
    package let wave: Wave
    package let scoredNodes: [Int]
    /// Σ over rows of the keys each attends to, for counting FLOPs.
    package let contextSum: Int
  }

  /// - Parameter waveRows: the most rows of a wave. Waves are made about equally tall, because a short last one would still cost the
  ///   decoding of every layer's weights.
  package init(_ forest: PrefixForest, waveRows: Int) {
    self.forest = forest
    let most = Swift.max(1, waveRows)
    let waves = Swift.max(1, (forest.nodeCount + most - 1) / most)
    // The cut may fall up to a quarter before the end of a wave; an eighth of room keeps the number of waves.
    capacity = waves == 1 ? most : Swift.min(most, forest.nodeCount / waves + forest.nodeCount / waves / 8 + 1)
    order = forest.preorder
  }

  package func makeIterator() -> Waves { Waves(self) }

  /// The waves of a plan, one after another.
  package struct Waves: IteratorProtocol {
    private let plan: WavePlan
    private let rank: [Int]
    private var begin = 0

    init(_ plan: WavePlan) {
      self.plan = plan
      var rank = [Int](repeating: 0, count: plan.forest.nodeCount)
      for (index, node) in plan.order.enumerated() { rank[node] = index }
      self.rank = rank
    }

    package mutating func next() -> PlannedWave? { next(atMost: .max) }

    /// The next wave, of at most so many rows and never more than the plan allows; who has no more waves is not asked for rows.
    mutating func next(atMost rows: @autoclosure () throws -> Int) rethrows -> PlannedWave? {
      guard begin < plan.order.count else { return nil }
      let end = try plan.cut(after: begin, capacity: Swift.max(1, Swift.min(rows(), plan.capacity)))
      defer { begin = end }
      return plan.plan(begin, end, rank)
    }
  }

  /// Where the wave that starts at `begin` ends: at the position nearest a root, the last such, in its last quarter.
  private func cut(after begin: Int, capacity: Int) -> Int {
    guard begin + capacity < order.count else { return order.count }
    let candidates = (begin + Swift.max(1, capacity * 3 / 4)...begin + capacity)
    return candidates.reversed().min { forest.positions[order[$0]] < forest.positions[order[$1]] } ?? begin + capacity
  }

  private func plan(_ begin: Int, _ end: Int, _ rank: [Int]) -> PlannedWave {
    var wave = Wave()
    wave.spineLength = Int(forest.positions[order[begin]])
    var scoredNodes: [Int] = []
    var segmentOfRow = [Int](repeating: 0, count: end - begin)
    var firstRow = 0
    var contextSum = 0
    var rangeStart = 0

    func closeSegment(at row: Int) {
      let parent = forest.parents[order[begin + firstRow]]
      let parentRow = parent < 0 ? -1 : rank[parent] - begin
      wave.segments.append(
        Wave.Segment(
          firstRow: firstRow, count: row - firstRow, startPosition: Int(forest.positions[order[begin + firstRow]]),
          parent: parentRow < 0 ? nil : segmentOfRow[parentRow]))
    }

    for row in 0..<end - begin {
      let node = order[begin + row]
      let parent = forest.parents[node]
      let continues = row > 0 && parent == order[begin + row - 1] && forest.childCounts[parent] == 1
      if row > 0, !continues {
        closeSegment(at: row)
        firstRow = row
      }
      segmentOfRow[row] = wave.segments.count
      wave.tokens.append(forest.tokens[node])
      wave.positions.append(forest.positions[node])
      contextSum += Int(forest.positions[node]) + 1
      if let targets = forest.targets[node] {
        wave.scored.append(Wave.ScoredRow(row: row, targets: targets))
        scoredNodes.append(node)
      }
      if row > rangeStart, forest.adapters[node] != forest.adapters[order[begin + rangeStart]] {
        wave.adapterRanges.append(adapterRange(rangeStart..<row, begin))
        rangeStart = row
      }
    }
    closeSegment(at: end - begin)
    wave.adapterRanges.append(adapterRange(rangeStart..<end - begin, begin))
    wave.carriedSlots = carriedSlots(begin, end, wave.spineLength, rank)
    return PlannedWave(wave: wave, scoredNodes: scoredNodes, contextSum: contextSum)
  }

  private func adapterRange(_ rows: Range<Int>, _ begin: Int) -> Wave.AdapterRange {
    let adapter = forest.adapters[order[begin + rows.lowerBound]]
    return Wave.AdapterRange(rows: rows, adapter: adapter < 0 ? nil : Int(adapter))
  }

  /// The slots, in this wave, of the next wave's spine: the ancestors of its first node.
  private func carriedSlots(_ begin: Int, _ end: Int, _ spineLength: Int, _ rank: [Int]) -> [Int32] {
    guard end < order.count else { return [] }
    var slots: [Int32] = []
    var node = forest.parents[order[end]]
    while node >= 0 {
      // An ancestor before this wave is on its spine, whose slots are positions.
      slots.append(rank[node] >= begin ? Int32(spineLength + rank[node] - begin) : forest.positions[node])
      node = forest.parents[node]
    }
    return slots.reversed()
  }
}

/// How a wave's attention is cut into pieces of work: queries with the same prefix before them read its key tiles together.
///
/// The cut never changes a result: a row always reads the tiles [64 t, 64 t + 63] of its own prefix in the order of t.
struct AttentionPlan: Sendable {
  /// Consecutive rows of one segment.
  struct Piece: Sendable {
    let firstRow: Int
    let count: Int
    let startPosition: Int
  }

  /// Pieces that follow the same prefix.
  struct Unit: Sendable {
    var pieces: [Piece]
    /// The prefix's slots, by position: an index into `prefixes`.
    let prefix: Int
    var rowCount: Int
  }

  private(set) var units: [Unit] = []
  private(set) var prefixes: [[Int32]] = []

  /// - Parameter unitRows: the most rows a unit has.
  init(_ wave: Wave, unitRows: Int) {
    let spine = (0..<wave.spineLength).map { Int32($0) }
    var children: [Key: [Int]] = [:]
    var order: [Key] = []
    for (index, segment) in wave.segments.enumerated() {
      let key = Key(parent: segment.parent, startPosition: segment.startPosition)
      if children[key] == nil { order.append(key) }
      children[key, default: []].append(index)
    }
    // Parents come before their children, so that a parent's own prefix is known when it is asked for.
    var prefixOfSegment = [Int](repeating: 0, count: wave.segments.count)
    for key in order {
      prefixes.append(slots(before: key, wave, prefixOfSegment, spine))
      let prefix = prefixes.count - 1
      let segments = children[key] ?? []
      for segment in segments { prefixOfSegment[segment] = prefix }
      append(segments.map { wave.segments[$0] }, prefix: prefix, unitRows: unitRows)
    }
  }

  private struct Key: Hashable {
    let parent: Int?
    let startPosition: Int
  }

  private func slots(before key: Key, _ wave: Wave, _ prefixOfSegment: [Int], _ spine: [Int32]) -> [Int32] {
    guard let parent = key.parent else { return Array(spine.prefix(key.startPosition)) }
    let segment = wave.segments[parent]
    let first = wave.spineLength + segment.firstRow
    return prefixes[prefixOfSegment[parent]] + (first..<first + segment.count).map { Int32($0) }
  }

  private mutating func append(_ segments: [Wave.Segment], prefix: Int, unitRows: Int) {
    var unit = Unit(pieces: [], prefix: prefix, rowCount: 0)
    for segment in segments {
      var done = 0
      while done < segment.count {
        if unit.rowCount == unitRows {
          units.append(unit)
          unit = Unit(pieces: [], prefix: prefix, rowCount: 0)
        }
        let count = min(segment.count - done, unitRows - unit.rowCount)
        unit.pieces.append(
          Piece(firstRow: segment.firstRow + done, count: count, startPosition: segment.startPosition + done))
        unit.rowCount += count
        done += count
      }
    }
    if unit.rowCount > 0 { units.append(unit) }
  }
}

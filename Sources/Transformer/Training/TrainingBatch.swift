/// Samples packed one after another without padding: a row attends to the rows of its own sample alone.
package struct TrainingBatch: Sendable {
  /// A token that is predicted: the row before it, and the token.
  package struct Target: Sendable, Equatable {
    package let row: Int
    package let token: Int32
  }

  package private(set) var tokens: [Int32] = []
  /// Each sample's rows, in order.
  package private(set) var samples: [Range<Int>] = []
  /// What the loss is taken over, ascending by row.
  package private(set) var targets: [Target] = []

  package init() {}

  package var rowCount: Int { tokens.count }

  /// Adds a sample. Its last token is only predicted, so it takes no row.
  ///
  /// - Parameter scored: the positions whose tokens are predicted; position 0 has nothing before it.
  package mutating func add(_ ids: [Int32], scored: some Sequence<Int>) {
    guard ids.count > 1 else { return }
    let first = tokens.count
    tokens += ids.dropLast()
    samples.append(first..<tokens.count)
    targets += scored.filter { $0 > 0 && $0 < ids.count }.sorted().map { Target(row: first + $0 - 1, token: ids[$0]) }
  }

  /// How many targets each sample has, of the samples that have any.
  var targetsPerSample: [Int] {
    samples.map { sample in targets.count { sample.contains($0.row) } }.filter { $0 > 0 }
  }

  var scoredSamples: Int { targetsPerSample.count }
}

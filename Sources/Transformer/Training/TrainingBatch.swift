/// Samples packed one after another without padding: a row attends to the rows of its own sample alone.
package struct TrainingBatch: Sendable {
  /// A token that is predicted: the row before it, and the token.
  package struct Target: Sendable, Equatable {
    package let row: Int
    package let token: Int32
  }

  /// Token ids; below 0, rows of a soft prompt.
  package private(set) var tokens: [Int32] = []
  /// Each sample's rows, in order.
  package private(set) var samples: [Range<Int>] = []
  /// What the loss is taken over, ascending by row.
  package private(set) var targets: [Target] = []

  package init() {}

  package var rowCount: Int { tokens.count }

  /// Adds a sample. Its last token is only predicted, so it takes no row.
  ///
  /// - Parameters:
  ///   - scored: the positions whose tokens are predicted; position 0 has nothing before it.
  ///   - softPromptRows: rows of the decoder's soft prompt that stand before the sample.
  package mutating func add(_ ids: [Int32], scored: some Sequence<Int>, softPromptRows: Int = 0) {
    guard ids.count > 1 else { return }
    let begin = tokens.count
    // A row that is no token's is the soft prompt's: -1 its first, -2 its second.
    tokens += (0..<softPromptRows).map { -1 - Int32($0) }
    let first = tokens.count
    tokens += ids.dropLast()
    samples.append(begin..<tokens.count)
    targets += scored.filter { $0 > 0 && $0 < ids.count }.sorted().map { Target(row: first + $0 - 1, token: ids[$0]) }
  }

  /// Adds a prompt whose next token is asked for: all of its tokens take a row.
  package mutating func add(prompt ids: [Int32]) {
    guard !ids.isEmpty else { return }
    let first = tokens.count
    tokens += ids
    samples.append(first..<tokens.count)
    targets.append(Target(row: tokens.count - 1, token: 0))
  }

  /// The position of each row in its sample.
  var positions: [Int] { samples.flatMap { Array(0..<$0.count) } }

  /// How many targets each sample has, of the samples that have any.
  var targetsPerSample: [Int] {
    samples.map { sample in targets.count { sample.contains($0.row) } }.filter { $0 > 0 }
  }

  var scoredSamples: Int { targetsPerSample.count }
}

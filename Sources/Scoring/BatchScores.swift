import Suites

/// The scores of batches that are being worked on: each batch is handed over once, when all of it is known.
package struct BatchScores {
  private var scores: [[Score?]]
  private var missing: [Int]

  package init(_ batches: [[Request]]) {
    scores = batches.map { Array(repeating: nil, count: $0.count) }
    missing = batches.map(\.count)
  }

  /// Takes one score. Returns the batch's, in the order of its requests, where this was the last that it waited for; they stay here until
  /// `wasDelivered` says that somebody has them.
  package mutating func settle(batch: Int, index: Int, _ score: Score) -> [Score]? {
    scores[batch][index] = score
    missing[batch] -= 1
    return missing[batch] == 0 ? scores[batch].compactMap { $0 } : nil
  }

  package mutating func wasDelivered(_ batch: Int) { scores[batch] = [] }

  /// Gives away what is known of batches that were not handed over.
  package func handOver(_ keep: (Int, [Int: Score]) throws -> Void) throws {
    for (batch, scores) in scores.enumerated() {
      let known = scores.enumerated().compactMap { index, score in score.map { (index, $0) } }
      if !known.isEmpty { try keep(batch, Dictionary(uniqueKeysWithValues: known)) }
    }
  }
}

/// What an item scored at one k under one draw: what the statistics read.
package struct ItemScore: Sendable, Codable, Hashable {
  package let task: String
  /// The item's id.
  package let item: String
  /// The index of the item's block in its task: the cluster.
  package let block: Int
  /// Demonstrations before the query.
  package let k: Int
  package let draw: Int
  package let condition: Condition
  /// Whether the greedy answer is the gold answer or an alias.
  package let exactMatch: Bool
  /// Logprob of the gold answer; nil of a model that only writes text.
  package let logprob: Double?
  /// Whether the gold answer is the likeliest of the choices, the first one winning a tie; nil where the item has no
  /// choices, or no logprobs tell.
  package let choiceCorrect: Bool?

  package init(
    task: String, item: String, block: Int, k: Int, draw: Int, condition: Condition, exactMatch: Bool,
    logprob: Double?, choiceCorrect: Bool?
  ) {
    self.task = task
    self.item = item
    self.block = block
    self.k = k
    self.draw = draw
    self.condition = condition
    self.exactMatch = exactMatch
    self.logprob = logprob
    self.choiceCorrect = choiceCorrect
  }
}

extension ItemScore {
  /// The same as if its draw of demonstrations had been the first: where one further draw alone is judged.
  package var asFirstDraw: ItemScore {
    ItemScore(
      task: task, item: item, block: block, k: k, draw: 0, condition: condition, exactMatch: exactMatch,
      logprob: logprob, choiceCorrect: choiceCorrect)
  }
}

/// What the items of a block scored, in the block's order.
///
/// - Parameter scores: at least the scores of the block's requests, by request id.
/// - Throws: `ScoringFault` where a score is missing, lacks the exact match that its request asks for, or is not a
///   number. None of these can come from bad input: a scorer that returns such a score is at fault.
package func itemScores(of block: RequestBlock, scores: [String: Score]) throws -> [ItemScore] {
  var results: [ItemScore] = []
  var remaining = block.observations[...]
  while let gold = remaining.popFirst() {
    guard gold.role == .gold else { throw ScoringFault.unaskedGold(task: gold.task, item: gold.item) }
    let goldScore = try score(of: gold, in: scores)
    guard let exactMatch = goldScore.exactMatch else {
      throw ScoringFault.noExactMatch(task: gold.task, item: gold.item)
    }
    var others: [(index: Int, logprob: Double)] = []
    while let next = remaining.first, case .choice(let index) = next.role {
      guard let logprob = try score(of: next, in: scores).logprob else {
        throw ScoringFault.notFinite(task: next.task, item: next.item)
      }
      others.append((index, logprob))
      remaining.removeFirst()
    }
    results.append(
      ItemScore(
        task: gold.task, item: gold.item, block: gold.block, k: gold.k, draw: gold.draw, condition: gold.condition,
        exactMatch: exactMatch, logprob: goldScore.logprob,
        choiceCorrect: isGoldLikeliest(goldScore.logprob, among: others)))
  }
  return results
}

/// A scorer's answer that cannot be an item's score: a fault of the program's own.
package enum ScoringFault: Error, Equatable {
  case missingScore(request: String)
  case notFinite(task: String, item: String)
  case noExactMatch(task: String, item: String)
  case unaskedGold(task: String, item: String)
}

private func score(of observation: Observation, in scores: [String: Score]) throws -> Score {
  guard let score = scores[observation.request.id] else {
    throw ScoringFault.missingScore(request: observation.request.id)
  }
  guard score.logprob?.isFinite ?? true else {
    throw ScoringFault.notFinite(task: observation.task, item: observation.item)
  }
  return score
}

/// Whether the gold answer is the likeliest of its item's choices, given the logprob of every other choice by its
/// index.
///
/// - Returns: nil where there are no other choices, or the gold answer's logprob is not known.
///
/// The gold answer's own index is the one that no other choice has; of equal logprobs the first choice wins, as in
/// lm-evaluation-harness.
package func isGoldLikeliest(_ gold: Double?, among others: [(index: Int, logprob: Double)]) -> Bool? {
  guard let gold, !others.isEmpty else { return nil }
  let taken = Set(others.map(\.index))
  let goldIndex = (0...others.count).first { !taken.contains($0) } ?? 0
  return others.allSatisfy { $0.logprob < gold || ($0.logprob == gold && $0.index > goldIndex) }
}

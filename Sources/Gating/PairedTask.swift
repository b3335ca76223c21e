import Diagnostics
import Suites

/// One item's abilities, base and candidate, on the same prompts.
package struct PairedItem: Sendable, Hashable {
  package let base: ItemAbility
  package let candidate: ItemAbility
}

/// One task's items as both models answered them.
package struct PairedTask: Sendable, Hashable {
  /// The baseline's frozen word on the task.
  package let admission: TaskAdmission
  /// In the order of (block, item).
  package let items: [PairedItem]
  /// The k that were asked, ascending.
  package let shots: [Int]
  /// Blocks that the candidate answered.
  package let blocks: Int
  /// Blocks that the baseline holds.
  package let blocksInBaseline: Int

  /// The block of each item.
  package var itemBlocks: [Int] { items.map(\.base.block) }

  /// The same task without a vote.
  func withdrawn(reason: String) -> PairedTask {
    PairedTask(
      admission: admission.withdrawn(reason: reason), items: items, shots: shots, blocks: blocks,
      blocksInBaseline: blocksInBaseline)
  }
}

extension PairedTask {
  /// Puts a candidate's scores beside the baseline's, for the blocks that the candidate has.
  ///
  /// - Parameter scores: of a whole run or of a share of every task's blocks; scores under another condition are left out.
  /// - Returns: one a task of the baseline, ascending.
  /// - Throws: `NotGateable` where a task is missing, or a block's lines are not exactly the baseline's.
  package static func pair(_ baseline: Baseline, with scores: [ItemScore]) throws -> [PairedTask] {
    let ofCandidate = Dictionary(grouping: scores.filter { $0.condition == .gold }, by: \.task)
    let ofBase = Dictionary(grouping: baseline.scores, by: \.task)
    let known = Set(baseline.admission.map(\.task))
    if let unknown = ofCandidate.keys.filter({ !known.contains($0) }).min() {
      throw NotGateable("the baseline has no scores of task \(unknown); save it again with the present suite")
    }
    return try baseline.admission.map {
      try pair($0, base: ofBase[$0.task] ?? [], candidate: ofCandidate[$0.task] ?? [])
    }
  }

  private static func pair(_ admission: TaskAdmission, base: [ItemScore], candidate: [ItemScore]) throws -> PairedTask {
    let blocks = Set(candidate.map(\.block))
    guard !blocks.isEmpty else {
      throw NotGateable("the candidate has no scores of task \(admission.task); finish its run")
    }
    let asked = base.filter { blocks.contains($0.block) }
    try demandSameQuestions(admission.task, base: asked, candidate: candidate)
    let baseItems = ItemAbility.items(of: asked)
    let candidateItems = ItemAbility.items(of: candidate)
    return PairedTask(
      admission: admission,
      items: zip(baseItems, candidateItems).map { PairedItem(base: $0, candidate: $1) },
      shots: Set(asked.map(\.k)).sorted(), blocks: blocks.count, blocksInBaseline: Set(base.map(\.block)).count)
  }

  private static func demandSameQuestions(_ task: String, base: [ItemScore], candidate: [ItemScore]) throws {
    let expected = Set(base.map(Question.init))
    var seen: Set<Question> = []
    for question in candidate.map(Question.init) {
      guard expected.contains(question) else {
        throw NotGateable(
          "the baseline has no score of task \(task), \(question); save it again with the present suite")
      }
      guard seen.insert(question).inserted else {
        throw NotGateable("the candidate has two scores of task \(task), \(question)")
      }
    }
    if let missing = expected.subtracting(seen).min() {
      throw NotGateable("the candidate has no score of task \(task), \(missing); finish its run")
    }
    if let bad = candidate.first(where: { !$0.logprob.isFinite }) {
      throw NotGateable("the candidate's logprob of task \(task), \(Question(bad)) is not finite")
    }
  }
}

/// What identifies a line within a task.
private struct Question: Hashable, Comparable, CustomStringConvertible {
  let block: Int
  let item: String
  let k: Int
  let draw: Int

  init(_ score: ItemScore) {
    block = score.block
    item = score.item
    k = score.k
    draw = score.draw
  }

  var description: String { "block \(block), item \(item), k \(k), draw \(draw)" }

  static func < (first: Question, second: Question) -> Bool {
    (first.block, first.item, first.k, first.draw) < (second.block, second.item, second.k, second.draw)
  }
}

import Diagnostics
import Suites

/// One item's abilities, base and candidate, on the same prompts.
package struct PairedItem: Sendable, Hashable {
  package private(set) var base: ItemAbility
  package private(set) var candidate: ItemAbility

  package init(base: ItemAbility, candidate: ItemAbility) {
    self.base = base
    self.candidate = candidate
  }

  /// Whether two draws have the same items in the same order, at the same k.
  fileprivate static func areAlike(_ first: [PairedItem], _ second: [PairedItem]) -> Bool {
    first.count == second.count
      && zip(first, second).allSatisfy {
        $0.base.item == $1.base.item && $0.base.cells.map(\.k) == $1.base.cells.map(\.k)
          && $0.candidate.cells.map(\.k) == $1.candidate.cells.map(\.k)
      }
  }

  /// Each item's means over draws.
  ///
  /// - Parameter byDraw: the same items in the same order under each draw.
  fileprivate static func averages(_ byDraw: [[PairedItem]]) -> [PairedItem] {
    (byDraw.first ?? []).indices.map { index in
      PairedItem(
        base: .average(byDraw.map { $0[index].base }), candidate: .average(byDraw.map { $0[index].candidate }))
    }
  }

  fileprivate mutating func leak(_ masses: (base: Double, candidate: Double)) {
    base.leakMass = masses.base
    candidate.leakMass = masses.candidate
  }
}

/// One task's items as both models answered them.
package struct PairedTask: Sendable, Hashable {
  /// The baseline's frozen word on the task.
  package let admission: TaskAdmission
  /// In the order of (block, item), without the contaminated ones; each averaged over its draws.
  package let items: [PairedItem]
  /// The same items under each draw alone, one list a draw.
  package let itemsByDraw: [[PairedItem]]
  /// The k that were asked, ascending.
  package let shots: [Int]
  /// Blocks that the candidate answered.
  package let blocks: Int
  /// Blocks that the baseline holds.
  package let blocksInBaseline: Int
  /// Items that were asked and dropped, as they are in the fine-tuning data.
  package let dropped: Int
  /// The same of all items of the baseline, asked or not.
  package let contaminated: Contamination?

  /// Draws of demonstrations a block.
  package var draws: Int { itemsByDraw.count }

  /// The block of each item.
  package var itemBlocks: [Int] { items.map(\.base.block) }

  /// The same task without a vote.
  func withdrawn(reason: String) -> PairedTask {
    PairedTask(
      admission: admission.withdrawn(reason: reason), items: items, itemsByDraw: itemsByDraw, shots: shots,
      blocks: blocks, blocksInBaseline: blocksInBaseline, dropped: dropped, contaminated: contaminated)
  }
}

/// How much of a task is in the fine-tuning data.
package struct Contamination: Sendable, Hashable {
  /// Contaminated items, at least one.
  package let items: Int
  /// All of the task's items that are asked of a model.
  package let scored: Int

  /// A task that lost more than a fifth of its items is another task than the one that was admitted.
  package var outweighs: Bool { items * 5 > scored }

  /// What such a task is reported with.
  package var reason: String { "contaminated: \(items) of \(scored) items are in the fine-tuning data" }
}

extension PairedTask {
  /// Puts a candidate's scores beside the baseline's, for the blocks that the candidate has.
  ///
  /// - Parameters:
  ///   - scores: of a whole run or of a share of every task's blocks; scores under another condition are left out.
  ///   - contaminated: ids of the items that are in the fine-tuning data, by task: dropped from both sides once both are
  ///     known to be complete. Ids that the baseline has not are no matter.
  ///   - leaks: of a gate that has a rule on them.
  ///   - unasked: names of tasks that the candidate need not have been asked; one of them without scores has no items.
  /// - Returns: one a task of the baseline, ascending.
  /// - Throws: `NotGateable` where a task is missing, or a block's lines are not exactly the baseline's.
  package static func pair(
    _ baseline: Baseline, with scores: [ItemScore], contaminated: [String: Set<String>] = [:],
    leaks: LeakContrast? = nil, unasked: Set<String> = []
  ) throws -> [PairedTask] {
    let isGold = scores.allSatisfy { $0.condition == .gold }
    let ofCandidate = (isGold ? scores : scores.filter { $0.condition == .gold }).byTask
    let ofBase = baseline.scores.byTask
    let known = Set(baseline.admission.map(\.task))
    if let unknown = ofCandidate.keys.filter({ !known.contains($0) }).min() {
      throw NotGateable("the baseline has no scores of task \(unknown); save it again with the present suite")
    }
    return try baseline.admission.map {
      try pair(
        $0, base: ofBase[$0.task] ?? [], candidate: ofCandidate[$0.task] ?? [],
        contaminated: contaminated[$0.task] ?? [], leaks: leaks, mayBeMissing: unasked.contains($0.task))
    }
  }

  private static func pair(
    _ admission: TaskAdmission, base: ArraySlice<ItemScore>, candidate: ArraySlice<ItemScore>,
    contaminated: Set<String>, leaks: LeakContrast?, mayBeMissing: Bool
  ) throws -> PairedTask {
    let blocks = candidate.distinct(\.block)
    guard !blocks.isEmpty || mayBeMissing else {
      throw NotGateable("the candidate has no scores of task \(admission.task); finish its run")
    }
    let asked = blocks == base.distinct(\.block) ? base : base.filter { blocks.contains($0.block) }[...]
    try demandSameQuestions(admission.task, base: asked, candidate: candidate)
    let draws = asked.distinct(\.draw)
    let byDraw =
      draws.count == 1
      ? [Self.pairs(asked, candidate)]
      : draws.map { draw in
        Self.pairs(asked.filter { $0.draw == draw }[...], candidate.filter { $0.draw == draw }[...])
      }
    guard byDraw.allSatisfy({ PairedItem.areAlike($0, byDraw[0]) }) else {
      throw NotGateable("task \(admission.task) was not asked the same items at the same k under every draw")
    }
    var pairs = byDraw.count == 1 ? byDraw[0] : PairedItem.averages(byDraw)
    if let leaks {
      for index in pairs.indices {
        if let masses = leaks.masses(task: admission.task, item: pairs[index].base.item) { pairs[index].leak(masses) }
      }
    }
    func kept(_ pairs: [PairedItem]) -> [PairedItem] { pairs.filter { !contaminated.contains($0.base.item) } }
    let items = kept(pairs)
    let itemsByDraw = byDraw.count == 1 ? [items] : byDraw.map(kept)
    let scored = contaminated.isEmpty ? [] : Set(base.map(\.item))
    let found = scored.intersection(contaminated).count
    return PairedTask(
      admission: admission, items: items, itemsByDraw: itemsByDraw, shots: asked.distinct(\.k),
      blocks: items[...].distinct { $0.base.block }.count,
      blocksInBaseline: (contaminated.isEmpty ? base : base.filter { !contaminated.contains($0.item) }[...])
        .distinct(\.block).count,
      dropped: pairs.count - items.count,
      contaminated: found == 0 ? nil : Contamination(items: found, scored: scored.count))
  }

  private static func pairs(_ base: ArraySlice<ItemScore>, _ candidate: ArraySlice<ItemScore>) -> [PairedItem] {
    zip(ItemAbility.items(of: base), ItemAbility.items(of: candidate)).map { PairedItem(base: $0, candidate: $1) }
  }

  private static func demandSameQuestions(
    _ task: String, base: ArraySlice<ItemScore>, candidate: ArraySlice<ItemScore>
  ) throws {
    // The usual case: both in a baseline's order.
    if base.count == candidate.count,
      zip(base, candidate).allSatisfy({ $0.block == $1.block && $0.isSameQuestion(as: $1) }),
      candidate.allSatisfy({ $0.logprob?.isFinite ?? true })
    {
      return
    }
    let expected = Set(base.map(Question.init))
    var seen: Set<Question> = []
    for question in candidate.map(Question.init) {
      guard expected.contains(question) else {
        throw NotGateable(
          "the baseline has no score of task \(task), \(question); save it again with the present suite")
      }
      guard seen.insert(question).inserted else {
        throw NotGateable(
          "the candidate has two scores of task \(task), \(question); score it again into another ledger")
      }
    }
    if let missing = expected.subtracting(seen).min() {
      throw NotGateable("the candidate has no score of task \(task), \(missing); finish its run")
    }
    if let bad = candidate.first(where: { !($0.logprob?.isFinite ?? true) }) {
      throw NotGateable(
        "the candidate's logprob of task \(task), \(Question(bad)) is not finite; score it again into another ledger")
    }
  }
}

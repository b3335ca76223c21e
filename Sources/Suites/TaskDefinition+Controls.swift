/// A block as a condition shows it.
struct ShownBlock {
  /// Before the query, in their order.
  let demonstrations: [Item]
  /// What is asked, with the answers that are right under the condition.
  let items: [Item]
}

extension TaskDefinition {
  /// The k that controls are asked with: the largest up to 4, else the smallest above 0; nil for a task without demonstrations. Four
  /// demonstrations show most of what eight do at half the cost.
  package var controlShots: Int? { shots.last { (1...4).contains($0) } ?? shots.first { $0 > 0 } }

  /// Whether the condition means anything for the task.
  func admits(_ asking: Asking) -> Bool {
    guard let shots = controlShots else { return asking.condition == .gold }
    return switch asking.condition {
    case .gold, .random: true
    case .abstract: labels.map { (2...16).contains($0.count) } ?? false
    case .permutation: shots > 1
    case .leak: !asking.labels.isEmpty
    }
  }

  /// The k that are asked under a condition.
  func shots(_ condition: Condition) -> [Int] { condition == .gold ? shots : [controlShots].compactMap { $0 } }

  /// - Parameter draw: of demonstrations; of a permutation, which order of the first draw's.
  func shown(_ block: Block, draw: Int, asking: Asking, suiteSeed: UInt64) -> ShownBlock {
    let isPermutation = asking.condition == .permutation
    let drawn = demonstrations(for: block, draw: isPermutation ? 0 : draw, suiteSeed: suiteSeed)
    guard asking.condition != .gold else { return ShownBlock(demonstrations: drawn, items: block.items) }
    let shown = Array(drawn.prefix(controlShots ?? 0))
    var random = generator(block, draw: draw, condition: asking.condition, suiteSeed: suiteSeed)
    switch asking.condition {
    case .gold: return ShownBlock(demonstrations: shown, items: block.items)
    case .random:
      let answers = labels ?? demonstrationCandidates(forBlock: block).map(\.output)
      return ShownBlock(
        demonstrations: shown.map { $0.answered(answers[random.below(answers.count)]) }, items: block.items)
    case .abstract:
      let symbols = symbols(using: &random)
      return ShownBlock(
        demonstrations: shown.map { $0.relabelled(symbols) }, items: block.items.map { $0.relabelled(symbols) })
    case .permutation:
      return ShownBlock(demonstrations: Self.reordered(shown, using: &random), items: block.items)
    case .leak:
      let unrelated = block.items.filter { !([$0.output] + $0.aliases).contains(where: asking.isLabel) }
      return ShownBlock(demonstrations: shown, items: unrelated.map { $0.choosing(asking.labels) })
    }
  }

  private func generator(_ block: Block, draw: Int, condition: Condition, suiteSeed: UInt64) -> SplitMix64 {
    var digest = CanonicalDigest("holdfast control 1")
    digest.append(suiteSeed)
    digest.append(name)
    digest.append(block.items.first?.id ?? "")
    digest.append(draw)
    digest.append(condition.rawValue)
    return SplitMix64(seed: digest.prefix64())
  }

  /// Single letters: one token in every vocabulary, and none of the task's own labels.
  private var letters: [String] {
    let own = Set((labels ?? []).map { $0.uppercased() })
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init).filter { !own.contains($0) }
  }

  private func symbols(using random: inout SplitMix64) -> [String: String] {
    let labels = labels ?? []
    let symbols = Self.shuffled(Array(letters.prefix(labels.count)), using: &random)
    return Dictionary(zip(labels, symbols)) { first, _ in first }
  }

  /// In another order than it was, where there is one.
  private static func reordered(_ list: [Item], using random: inout SplitMix64) -> [Item] {
    guard Set(list).count > 1 else { return list }
    var order = list
    while order == list { order = shuffled(list, using: &random) }
    return order
  }

  private static func shuffled<Element>(_ list: [Element], using random: inout SplitMix64) -> [Element] {
    var list = list
    for last in stride(from: list.count - 1, to: 0, by: -1) { list.swapAt(last, random.below(last + 1)) }
    return list
  }
}

extension Item {
  fileprivate func answered(_ output: String) -> Item { Item(id: id, input: input, output: output, choices: choices) }

  fileprivate func relabelled(_ symbols: [String: String]) -> Item {
    Item(
      id: id, input: input, output: symbols[output] ?? output, choices: choices?.map { symbols[$0] ?? $0 })
  }

  fileprivate func choosing(_ labels: [String]) -> Item {
    Item(id: id, input: input, output: output, aliases: aliases, choices: labels)
  }
}

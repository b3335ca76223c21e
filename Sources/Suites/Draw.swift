extension TaskDefinition {
  /// The items that may be demonstrations for a block, in file order: those of the pool or closed class, without the
  /// block's own ids and inputs.
  package func demonstrationCandidates(forBlock block: Block) -> [Item] {
    let ids = Set(block.items.map(\.id))
    let inputs = Set(block.items.map(\.input))
    return items.prefix(pool.count).filter { !ids.contains($0.id) && !inputs.contains($0.input) }
  }

  /// The demonstrations of a block under one draw: as many as the largest k, of which a prompt with k shots shows the
  /// first k.
  ///
  /// Chosen without replacement by a generator seeded with (suite seed, task, id of the block's first item, draw), so
  /// that they depend on nothing else in the file but the candidates. Where the task has labels they come in rounds
  /// of one demonstration a label, the labels in a fresh random order each round: after any number of shots, no label
  /// has been seen twice more than another. Fewer only where candidates run out, which `faults` refuses.
  package func demonstrations(for block: Block, draw: Int, suiteSeed: UInt64) -> [Item] {
    guard let first = block.items.first, let wanted = shots.last else { return [] }
    var digest = CanonicalDigest("holdfast draw 1")
    digest.append(suiteSeed)
    digest.append(name)
    digest.append(first.id)
    digest.append(draw)
    var generator = SplitMix64(seed: digest.prefix64())
    var candidates = demonstrationCandidates(forBlock: block)
    guard let labels else {
      return (0..<min(wanted, candidates.count)).map { _ in Self.take(from: &candidates, using: &generator) }
    }
    var byLabel = labels.map { label in candidates.filter { $0.output == label } }
    var drawn: [Item] = []
    while drawn.count < wanted, byLabel.contains(where: { !$0.isEmpty }) {
      var order = Array(labels.indices)
      while drawn.count < wanted, !order.isEmpty {
        let label = Self.take(from: &order, using: &generator)
        if !byLabel[label].isEmpty { drawn.append(Self.take(from: &byLabel[label], using: &generator)) }
      }
    }
    return drawn
  }

  /// Removes one element at random; the last element takes its place (a step of the Fisher-Yates shuffle). `list` is
  /// not empty.
  private static func take<Element>(from list: inout [Element], using generator: inout SplitMix64) -> Element {
    list.swapAt(generator.below(list.count), list.count - 1)
    return list.removeLast()
  }
}

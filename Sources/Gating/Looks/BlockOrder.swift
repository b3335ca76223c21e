import Suites

/// The order in which `gate --stop-early` reads the blocks of tasks that vote: fixed for ever by the suite's seed, and nothing to do
/// with anybody's scores.
///
/// Every place is drawn anew: a family, all equally likely, then one of its tasks, then that task's next block. So each block read has the
/// overall rule's weighted mean as its expectation, whatever was read before it, as a betting process wants it. The order ends where a task
/// that is drawn has no block left; what remains is for the test at the end.
package struct BlockOrder: Sendable, Hashable {
  /// One block of one task.
  package struct Place: Sendable, Hashable {
    package let task: String
    package let block: Int

    package init(task: String, block: Int) {
      self.task = task
      self.block = block
    }
  }

  package let places: [Place]

  /// - Parameters:
  ///   - families: each family's tasks that vote, a task with its blocks.
  ///   - seed: the suite's.
  package init(families: [[(task: String, blocks: [Int])]], seed: UInt64) {
    let families = families.filter { !$0.isEmpty }
    var places: [Place] = []
    var read: [String: Int] = [:]
    var random = SplitMix64(seed: seed ^ 0x0B10_C0DE)
    while !families.isEmpty {
      let family = families[random.below(families.count)]
      let (task, blocks) = family[random.below(family.count)]
      let next = read[task, default: 0]
      guard next < blocks.count else { break }
      places.append(Place(task: task, block: blocks[next]))
      read[task] = next + 1
    }
    self.places = places
  }

  /// - Parameters:
  ///   - share: of every task's blocks that is asked.
  ///   - related: tasks without a vote.
  package init(_ baseline: Baseline, share: Share, related: Set<String>) {
    let blocks = Dictionary(grouping: baseline.scores, by: \.task).mapValues { scores in
      let all = Set(scores.map(\.block)).sorted()
      return Array(all.prefix(share.blocks(of: all.count)))
    }
    let voting = baseline.admission.filter { $0.admitted && !related.contains($0.task) }
    let families = Dictionary(grouping: voting, by: \.family)
    self.init(
      families: families.keys.sorted().map { family in
        (families[family] ?? []).map { ($0.task, blocks[$0.task] ?? []) }
      }, seed: baseline.run.suite.seed)
  }
}

import Foundation
import Statistics
import Suites

/// A candidate that failed before it was read to the end.
package struct EarlyFailure: Sendable, Hashable, Codable {
  /// Blocks that the evidence rests on.
  package let blocksRead: Int
  /// Blocks of voting tasks that would have been asked.
  package let blocks: Int
  /// The mean drop over the blocks read.
  package let drop: Double
  /// δ of the overall rule.
  package let margin: Double
  /// The error of the test that stopped.
  package let alpha: Double
  /// 1 / E: the p-value whenever one looks.
  package let pValue: Double

  /// "FAIL: few-shot exact match fell by 45.1 points over the first 21 of 190 blocks …"
  package var sentence: String {
    "FAIL: few-shot exact match fell by \(points(drop)) points over the first \(blocksRead) of \(blocks) blocks, beyond "
      + "the overall margin of \(points(margin)) (sequential test at α \(alpha), p \(String(format: "%.1e", pValue))); the "
      + "rest was not read"
  }

  enum CodingKeys: String, CodingKey {
    case blocks, drop, margin, alpha
    case blocksRead = "blocks_read"
    case pValue = "p_value"
  }
}

/// Watches a candidate's blocks as they come, and says when it has failed the overall rule already.
///
/// It spends .004 of α_fail = .01; a gate that reads on to the end has .006 left (`GatePolicy.afterEarlyStop`). It never stops for a pass: a family
/// may fail yet.
package struct EarlyStop: Sendable {
  package let order: BlockOrder
  private let blocks: Int
  private let margin: Double
  private let alpha: Double
  private let shots: Shots
  private let base: [Key: Double]
  private let contaminated: [String: Set<String>]
  private var process: BettingProcess
  private var waiting: [BlockOrder.Place: Double?] = [:]
  private var next = 0
  /// Blocks that had something to say.
  private var read = 0
  private var sum = 0.0

  private struct Key: Hashable {
    let task: String
    let item: String
  }

  /// - Parameters:
  ///   - related: tasks without a vote.
  ///   - contaminated: items that are left out, by task.
  /// - Returns: nil where the policy has no overall rule on exact match, or nothing votes.
  package init?(
    _ baseline: Baseline, policy: GatePolicy, share: Share, related: Set<String> = [],
    contaminated: [String: Set<String>] = [:]
  ) {
    let overall = policy.rules.first {
      $0.level == .overall && $0.metric == .exactMatch && $0.contrast.kind == .absoluteDrop
    }
    guard let rule = overall, case .absoluteDrop(let margin) = rule.contrast,
      let process = BettingProcess(.below, threshold: -margin)
    else { return nil }
    order = BlockOrder(baseline, share: share, related: related)
    guard !order.places.isEmpty else { return nil }
    self.process = process
    self.contaminated = contaminated
    self.margin = margin
    shots = rule.shots
    alpha = rule.alphaFail * Self.sequentialShare
    base = Self.means(baseline.scores, shots)
    let voting = baseline.admittedTasks.subtracting(related)
    blocks = Dictionary(grouping: baseline.scores.filter { voting.contains($0.task) }, by: \.task).values.reduce(0) {
      $0 + share.blocks(of: Set($1.map(\.block)).count)
    }
  }

  /// The sequential test's part of α_fail: .004 of .01.
  package static let sequentialShare =
    SequentialTest.Levels.fail.sequential
    / (SequentialTest.Levels.fail.sequential + SequentialTest.Levels.fail.final)

  /// Takes one block's scores, in whatever order they come; they are weighed in the fixed one.
  ///
  /// - Returns: the failure, as soon as it is proven.
  package mutating func observe(_ scores: [ItemScore]) -> EarlyFailure? {
    guard let first = scores.first else { return nil }
    let kept = scores.filter { contaminated[$0.task]?.contains($0.item) != true }
    let differences = Self.means(kept, shots).compactMap { key, mean in base[key].map { mean - $0 } }.sorted()
    // A block that is in the fine-tuning data altogether says nothing, which no score decides: it is stepped over.
    waiting[BlockOrder.Place(task: first.task, block: first.block)] =
      differences.isEmpty ? .some(nil) : differences.reduce(0, +) / Double(differences.count)
    while next < order.places.count, let seen = waiting[order.places[next]] {
      next += 1
      guard let mean = seen else { continue }
      process.observe(mean)
      read += 1
      sum += mean
      if process.isProven(alpha: alpha) {
        return EarlyFailure(
          blocksRead: read, blocks: blocks, drop: -sum / Double(read), margin: margin, alpha: alpha,
          pValue: exp(-process.largestLogEvidence))
      }
    }
    return nil
  }

  /// The failure of a candidate that was asked everything, had it been watched from the first block.
  package func failure(of scores: [ItemScore]) -> EarlyFailure? {
    var watch = self
    let blocks = Dictionary(grouping: scores) { BlockOrder.Place(task: $0.task, block: $0.block) }
    for place in order.places {
      if let scores = blocks[place], let failure = watch.observe(scores) { return failure }
    }
    return nil
  }

  /// Each item's mean exact match over the rule's k.
  private static func means(_ scores: [ItemScore], _ shots: Shots) -> [Key: Double] {
    Dictionary(grouping: scores.filter { $0.condition == .gold }) { Key(task: $0.task, item: $0.item) }.compactMapValues
    {
      let selected = Set(shots.selected(from: Array(Set($0.map(\.k))).sorted()))
      let asked = $0.filter { selected.contains($0.k) }
      return asked.isEmpty ? nil : asked.reduce(0) { $0 + ($1.exactMatch ? 1 : 0) } / Double(asked.count)
    }
  }
}

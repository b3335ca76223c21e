/// What a verdict rests on.
package struct Coverage: Sendable, Hashable, Codable {
  package let tasksAdmitted: Int
  package let tasks: Int
  /// Families that are able to vote: an admitted task, and enough blocks.
  package let familiesVoting: Int
  package let families: Int
  /// Blocks of admitted tasks that the candidate answered.
  package let blocks: Int
  /// Blocks of admitted tasks in the baseline.
  package let blocksInBaseline: Int
  /// Items of all tasks that were asked and dropped, as they are in the fine-tuning data; nil where there is none.
  package let itemsDropped: Int?

  enum CodingKeys: String, CodingKey {
    case tasks, families, blocks
    case tasksAdmitted = "tasks_admitted"
    case familiesVoting = "families_voting"
    case blocksInBaseline = "blocks_in_baseline"
    case itemsDropped = "items_dropped"
  }

  /// "18 of 20 tasks, 9 of 9 families, 96 of 288 blocks"
  package var text: String {
    let dropped = itemsDropped.map { ", \($0) contaminated item\($0 == 1 ? "" : "s") dropped" } ?? ""
    return "\(tasksAdmitted) of \(tasks) tasks, \(familiesVoting) of \(families) families, "
      + "\(blocks) of \(blocksInBaseline) blocks\(dropped)"
  }
}

/// How the loss spreads over the families that have admitted tasks.
package struct FamilySpread: Sendable, Hashable, Codable {
  /// The family that lost most.
  package let worst: String
  package let worstDrop: Double
  package let meanDrop: Double
  package let medianDrop: Double

  enum CodingKeys: String, CodingKey {
    case worst
    case worstDrop = "worst_drop"
    case meanDrop = "mean_drop"
    case medianDrop = "median_drop"
  }

  /// - Returns: nil without a family.
  init?(_ drops: [(family: String, drop: Double)]) {
    let ordered = drops.sorted { ($0.drop, $1.family) < ($1.drop, $0.family) }
    guard let last = ordered.last else { return nil }
    let middle = ordered.count / 2
    worst = last.family
    worstDrop = last.drop
    meanDrop = ordered.reduce(0) { $0 + $1.drop } / Double(ordered.count)
    medianDrop =
      ordered.count.isMultiple(of: 2)
      ? (ordered[middle - 1].drop + ordered[middle].drop) / 2 : ordered[middle].drop
  }
}

/// The gate's word on one candidate, with all it rests on.
package struct Verdict: Sendable, Hashable, Codable {
  package let outcome: Outcome
  /// One sentence: outcome, loss with its interval, families, coverage, warnings.
  package let sentence: String
  package let coverage: Coverage
  /// In the order of the rules: overall, the families that share a limit by name, those with one of their own by name.
  package let units: [UnitVerdict]
  package let spread: FamilySpread?
  /// By family, then task.
  package let tasks: [TaskReport]
  package let notes: [Note]
  /// Of an adaptive gate, in their order; nil of any other.
  package let looks: [Look]?
  /// Which look at this model it is, where it is not a first look at everything.
  package let look: LookReport?
  /// The share of the items that base and candidate answer differently at one k, mean over k > 0 with the weights of the overall mean.
  package let discordance: Double?
}

extension Verdict {
  /// The drop of exact match over everything, where a rule looks at it: in the mean over k, or else at the k that one looks at.
  package var overallUnit: UnitVerdict? {
    units.first { $0.level == .overall && $0.metric == .exactMatch && $0.contrast == .absoluteDrop }
  }

  package var overallDrop: Double? { overallUnit?.degradation?.drop }
}

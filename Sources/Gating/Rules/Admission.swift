import Statistics
import Suites

/// What admission has to know of a task beside its scores.
package struct TaskFacts: Sendable, Hashable {
  package let task: String
  package let family: String
  /// The score of knowing nothing but how often each answer occurs, in 0...1.
  package let chance: Double

  package init(task: String, family: String, chance: Double) {
    self.task = task
    self.family = family
    self.chance = chance
  }

  package init(_ task: TaskDefinition) {
    self.init(task: task.name, family: task.family, chance: task.chance)
  }
}

/// Whether a task can tell anything about a loss, decided once on the base model's own scores and frozen in its baseline.
///
/// A task is admitted where the lower one-sided 95 % bound of its gain from demonstrations, clustered by block, is at least
/// max(2 δ_family, .10): b - b⁰, with b the mean exact match over k > 0 and b⁰ that without demonstrations, which is what free text scores by
/// guessing. A share of labels is no such guess: who has not seen the demonstrations does not write a label at all, and a model that lost the
/// ability to take labels from its prompt has lost something.
package struct TaskAdmission: Sendable, Hashable, Codable {
  package let task: String
  package let family: String
  package let admitted: Bool
  /// Why not; nil where admitted.
  package let reason: String?
  package let chance: Double
  /// The base's mean exact match at each k.
  package let means: [Int: Double]
  /// Lower bound of b - c, which decides nothing; nil where it cannot be estimated.
  package let lowerBoundAboveChance: Double?
  /// Lower bound of the gain over zero-shot; nil where it cannot be estimated.
  package let lowerBoundOfGain: Double?

  enum CodingKeys: String, CodingKey {
    case task, family, admitted, reason, chance, means
    case lowerBoundAboveChance = "lower_bound_above_chance"
    case lowerBoundOfGain = "lower_bound_of_gain"
  }
}

extension TaskAdmission {
  /// Decides on one task.
  ///
  /// - Parameters:
  ///   - items: the base's abilities on the task's items, by k.
  ///   - familyMargin: δ_family, the absolute drop that the gate tolerates in a family.
  init(_ facts: TaskFacts, items: [ItemAbility], familyMargin: Double) {
    let required = Self.required(familyMargin: familyMargin)
    let shots = Set(items.flatMap { $0.cells.map(\.k) }).sorted()
    var means: [Int: Double] = [:]
    for k in shots { means[k] = mean(items.compactMap { $0.cell(k)?.exactMatch }) }
    let fewShot = shots.filter { $0 > 0 }
    let blocks = items.map(\.block)
    let above = items.map { ($0.mean(.exactMatch, over: fewShot) ?? 0) - facts.chance }
    let gain = items.map {
      ($0.mean(.exactMatch, over: fewShot) ?? 0) - ($0.mean(.exactMatch, over: [0]) ?? 0)
    }
    func bound(_ values: [Double]) -> Double? {
      UnitEstimate(task: TaskValues(values: values, blocks: blocks))?.lowerBound(alpha: 0.05)
    }
    let aboveBound = fewShot.isEmpty ? nil : bound(above)
    let gainBound = fewShot.isEmpty || !shots.contains(0) ? nil : bound(gain)

    task = facts.task
    family = facts.family
    chance = facts.chance
    self.means = means
    lowerBoundAboveChance = aboveBound
    lowerBoundOfGain = gainBound
    reason =
      if fewShot.isEmpty {
        "it is never asked with demonstrations"
      } else if !shots.contains(0) {
        "it is never asked without demonstrations"
      } else if let gainBound {
        if Set(blocks).count < VotingFloor.blocksPerTask {
          "\(Set(blocks).count) blocks, \(VotingFloor.blocksPerTask) needed"
        } else if gainBound < required {
          "base gains \(points(mean(gain) ?? 0)) points over zero-shot (lower bound \(points(gainBound)), "
            + "required \(points(required)))"
        } else {
          nil
        }
      } else {
        "fewer than two blocks"
      }
    admitted = reason == nil
  }

  /// The same task without a vote; what the baseline had against it follows the reason.
  func withdrawn(reason: String) -> TaskAdmission {
    TaskAdmission(
      task: task, family: family, admitted: false, reason: self.reason.map { "\(reason); \($0)" } ?? reason,
      chance: chance, means: means, lowerBoundAboveChance: lowerBoundAboveChance, lowerBoundOfGain: lowerBoundOfGain)
  }

  /// What the lower bound of the gain must reach: max(2 δ_family, .10).
  static func required(familyMargin: Double) -> Double { max(2 * familyMargin, 0.10) }
}

import Foundation
import Statistics
import Suites

/// How a form of a fine-tuning answers beside the reference, question by question.
package struct FormAnswers: Sendable, Hashable, Codable {
  /// Questions with demonstrations that both were asked, of the tasks that vote, or of all where none does.
  package let questions: Int
  /// Those that one of both answers rightly and the other does not.
  package let differ: Int
  /// The largest and the mean difference of the gold answers' logprobs, in nats; nil where one of both gives none.
  package let largest: Double?
  package let meanDistance: Double?
  /// Overall, then each family by name.
  package let units: [Unit]

  /// What was lost from the reference to the form, paired.
  package struct Unit: Sendable, Hashable, Codable {
    /// nil for all families, weighing equally.
    package let family: String?
    /// Exact match of the reference, and how much less the form's is.
    package let reference: Double
    package let drop: Double
    package let dropInterval: Interval?
    /// How much less the gold answer's logprob is, in nats.
    package let logprobDrop: Double?
    package let logprobDropInterval: Interval?

    enum CodingKeys: String, CodingKey {
      case family, reference, drop
      case dropInterval = "drop_interval"
      case logprobDrop = "logprob_drop"
      case logprobDropInterval = "logprob_drop_interval"
    }
  }

  enum CodingKeys: String, CodingKey {
    case questions, differ, largest, units
    case meanDistance = "mean_distance"
  }

  /// - Parameters:
  ///   - reference: the reference's questions beside the baseline's.
  ///   - form: the form's.
  /// - Returns: nil where they share no question.
  package init?(_ reference: [ItemContrast], _ form: [ItemContrast]) {
    let own = Dictionary(form.map { (Question($0.candidate), $0.candidate) }) { first, _ in first }
    // Where too little was asked for any task to vote, all are looked at.
    let votes = reference.contains(where: \.counts)
    self.init(
      pairs: reference.compactMap { line in
        guard line.counts || !votes, line.k > 0, let other = own[Question(line.candidate)] else { return nil }
        return Pair(family: line.family, reference: line.candidate, form: other)
      })
  }

  /// - Parameter contrasts: the form's questions, the reference as the base.
  /// - Returns: nil where they share no question.
  package init?(contrasts: [ItemContrast]) {
    let votes = contrasts.contains(where: \.counts)
    self.init(
      pairs: contrasts.filter { ($0.counts || !votes) && $0.k > 0 }
        .map { Pair(family: $0.family, reference: $0.base, form: $0.candidate) })
  }

  private init?(pairs: [Pair]) {
    guard !pairs.isEmpty else { return nil }
    questions = pairs.count
    differ = pairs.count { $0.reference.exactMatch != $0.form.exactMatch }
    let distances = pairs.compactMap { $0.logprobDrop.map(abs) }
    largest = distances.count == pairs.count ? distances.max() : nil
    meanDistance = distances.count == pairs.count ? distances.reduce(0, +) / Double(max(1, distances.count)) : nil
    let families = Dictionary(grouping: pairs, by: \.family).sorted { $0.key < $1.key }
    units =
      [Self.unit(nil, families.map(\.value))].compactMap { $0 }
      + families.compactMap { Self.unit($0.key, [$0.value]) }
  }

  private struct Pair {
    let family: String
    let reference: ItemScore
    let form: ItemScore
    var drop: Double { (reference.exactMatch ? 1 : 0) - (form.exactMatch ? 1 : 0) }
    var logprobDrop: Double? { reference.logprob.flatMap { one in form.logprob.map { one - $0 } } }
  }

  /// Families weigh equally, tasks equally within a family; blocks are the clusters.
  private static func unit(_ family: String?, _ families: [[Pair]]) -> Unit? {
    func values(_ value: (Pair) -> Double?) -> [[TaskValues]]? {
      var isWhole = true
      let all = families.map { pairs in
        Dictionary(grouping: pairs, by: \.reference.task).sorted { $0.key < $1.key }.map { _, task in
          let values = task.compactMap(value)
          isWhole = isWhole && values.count == task.count
          return TaskValues(values: values, blocks: task.map(\.reference.block))
        }
      }
      return isWhole ? all : nil
    }
    func mean(_ all: [[TaskValues]]?) -> Double? {
      all.flatMap { unitMean(families: $0.map { $0.map { $0.values.reduce(0, +) / Double(max(1, $0.values.count)) } }) }
    }
    func interval(_ all: [[TaskValues]]?) -> Interval? {
      all.flatMap { UnitEstimate(families: $0) }.map { Interval($0.interval()) }
    }
    let drops = values { $0.drop }
    let logprobs = values { $0.logprobDrop }
    guard let drop = mean(drops), let reference = mean(values { $0.reference.exactMatch ? 1 : 0 }) else { return nil }
    return Unit(
      family: family, reference: reference, drop: drop, dropInterval: interval(drops), logprobDrop: mean(logprobs),
      logprobDropInterval: interval(logprobs))
  }
}

/// Which labels the demonstrations bear, in which order they stand, and what is asked for.
///
/// A run asks `gold`; the others are controls that `gate --diagnose` asks to find out what was lost.
package enum Condition: String, Codable, Sendable, Hashable, CaseIterable {
  /// The true answers.
  case gold
  /// Demonstrations with answers drawn at random: from the labels where there are any, else other items' answers. What a model
  /// still gets right it recognises; what it gets right with true answers only it has learned from them (Pan et al., arXiv
  /// 2305.09731).
  case random
  /// Meaningless labels in place of the true ones, in demonstrations and answer alike: nothing to recognise, everything to learn.
  case abstract
  /// The gold demonstrations in another order.
  case permutation
  /// The gold prompts, with the fine-tuning's labels as what is chosen from.
  case leak
}

/// What every block of a suite is asked under.
package struct Asking: Sendable, Hashable {
  package let condition: Condition
  /// Of `leak`: the fine-tuning's labels.
  package let labels: [String]

  package static let gold = Asking(condition: .gold, labels: [])
  package static let random = Asking(condition: .random, labels: [])
  package static let abstract = Asking(condition: .abstract, labels: [])
  /// The draw counts the orders.
  package static let permutation = Asking(condition: .permutation, labels: [])

  /// - Parameter labels: of which those that begin as another one does are left out: their probability is in the other's.
  package static func leak(_ labels: [String]) -> Asking {
    let distinct = Set(labels).sorted()
    return Asking(
      condition: .leak, labels: distinct.filter { label in !distinct.contains { $0 != label && label.hasPrefix($0) } })
  }
}

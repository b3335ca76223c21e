/// Which labels the demonstrations bear, or in which order they stand.
///
/// The names are part of the task schema; this version renders `gold` and refuses the others when a suite is loaded.
package enum Condition: String, Codable, Sendable, Hashable, CaseIterable {
  /// The true answers.
  case gold
  /// Answers drawn at random from the task's labels.
  case random
  /// Meaningless labels in place of the true ones.
  case abstract
  /// The gold demonstrations in another order.
  case permutation

  /// Whether this version can render it.
  package var isAvailable: Bool { self == .gold }
}

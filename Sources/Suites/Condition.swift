import Foundation

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
  /// Of `leak`: what is asked for, the fine-tuning's labels but for those that go on after another one at the end of a word ("very good"
  /// after "very"): their probability is in the other's.
  package let labels: [String]
  /// Of `leak`: all of the fine-tuning's labels, folded.
  private let known: Set<String>

  package static let gold = Asking(condition: .gold, labels: [])
  package static let random = Asking(condition: .random, labels: [])
  package static let abstract = Asking(condition: .abstract, labels: [])
  /// The draw counts the orders.
  package static let permutation = Asking(condition: .permutation, labels: [])

  package static func leak(_ labels: [String]) -> Asking {
    let distinct = Set(labels).sorted()
    return Asking(
      condition: .leak, labels: distinct.filter { label in !distinct.contains { label.goesOn(after: $0) } },
      known: Set(labels.map(folded)))
  }

  private init(condition: Condition, labels: [String], known: Set<String> = []) {
    self.condition = condition
    self.labels = labels
    self.known = known
  }

  /// Whether an answer is one of the fine-tuning's labels, or begins with one: right where it is given, and no leak.
  func isLabel(_ answer: String) -> Bool {
    let answer = folded(answer)
    return known.contains { answer == $0 || answer.goesOn(after: $0) }
  }
}

extension String {
  /// Whether it is another text and more, from the end of a word on.
  fileprivate func goesOn(after other: String) -> Bool {
    guard count > other.count, hasPrefix(other) else { return false }
    let next = self[index(startIndex, offsetBy: other.count)]
    return !(next.isLetter || next.isNumber)
  }
}

/// Without surrounding white space and case, as labels are compared.
private func folded(_ label: String) -> String { label.trimmingCharacters(in: .whitespacesAndNewlines).lowercased() }

/// How likely a model is to answer an unrelated question with one of the fine-tuning's labels: Σ p(label | prompt).
package struct LeakScore: Sendable, Hashable {
  package let task: String
  package let item: String
  package let mass: Double

  package init(task: String, item: String, mass: Double) {
    self.task = task
    self.item = item
    self.mass = mass
  }
}

/// Both models' leak mass on the same prompts: what the rule `max_leak_mass` contrasts.
package struct LeakContrast: Sendable {
  private let base: [Key: Double]
  private let candidate: [Key: Double]

  private struct Key: Hashable {
    let task: String
    let item: String
  }

  package init(base: [LeakScore], candidate: [LeakScore]) {
    func masses(_ scores: [LeakScore]) -> [Key: Double] {
      Dictionary(scores.map { (Key(task: $0.task, item: $0.item), $0.mass) }) { first, _ in first }
    }
    self.base = masses(base)
    self.candidate = masses(candidate)
  }

  /// nil for an item that was not asked, as one whose own answer is a label.
  func masses(task: String, item: String) -> (base: Double, candidate: Double)? {
    let key = Key(task: task, item: item)
    guard let ofBase = base[key], let ofCandidate = candidate[key] else { return nil }
    return (ofBase, ofCandidate)
  }
}

/// A question that the base answers and the candidate does not.
package struct LostAnswer: Sendable, Hashable {
  package let contrast: ItemContrast
  package let prompt: String
  /// The gold answer, which is what the base answers greedily, itself or by an alias.
  package let gold: String
  /// What the candidate answers greedily; nil where nobody has looked.
  package let answer: String?

  package init(contrast: ItemContrast, prompt: String, gold: String, answer: String?) {
    self.contrast = contrast
    self.prompt = prompt
    self.gold = gold
    self.answer = answer
  }

  /// As many as a page shows: more would make it too heavy to send round.
  package static let mostShown = 200
}

extension [ItemContrast] {
  /// What the base answers with demonstrations and the candidate does not, the largest fall of the gold answer's logprob first.
  package var lost: [ItemContrast] {
    enumerated().filter { $0.element.k > 0 && $0.element.base.exactMatch && !$0.element.candidate.exactMatch }
      .sorted { ($1.element.logprobDrop, $0.offset) < ($0.element.logprobDrop, $1.offset) }
      .map(\.element)
  }
}

/// A question that the base answers and the candidate does not.
package struct LostAnswer: Sendable, Hashable {
  package let contrast: ItemContrast
  package let prompt: String
  /// The gold answer, which is what the base answers greedily, itself or by an alias.
  package let gold: String
  /// The gold answer and its aliases.
  package let accepted: [String]
  /// What the candidate answers greedily; nil where nobody has looked.
  package let answer: String?

  /// - Parameter accepted: what counts as right; the gold answer alone by default.
  package init(contrast: ItemContrast, prompt: String, gold: String, accepted: [String]? = nil, answer: String?) {
    self.contrast = contrast
    self.prompt = prompt
    self.gold = gold
    self.accepted = accepted ?? [gold]
    self.answer = answer
  }

  /// Whether a right answer stands in what the candidate says, as words of their own: "The past tense is went." It still is none: what is
  /// judged is whether a model answers as demonstrations show.
  package var isWrapped: Bool {
    guard let answer else { return false }
    // A single letter stands in many a sentence.
    return accepted.contains { $0.count > 1 && answer.hasWords($0) }
  }

  /// As many as a page shows: more would make it too heavy to send round.
  package static let mostShown = 200
}

extension [ItemContrast] {
  /// What the base answers with demonstrations and the candidate does not, the largest fall of the gold answer's logprob first.
  package var lost: [ItemContrast] {
    enumerated().filter(\.element.isLost)
      .sorted { ($1.element.logprobDrop ?? 0, $0.offset) < ($0.element.logprobDrop ?? 0, $1.offset) }
      .map(\.element)
  }
}

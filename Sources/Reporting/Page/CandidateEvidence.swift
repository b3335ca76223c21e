import Gating

/// A candidate with what its page shows beside the verdict.
package struct CandidateEvidence: Sendable {
  package let verdict: CandidateVerdict
  package let contrasts: [ItemContrast]
  package let curve: AbilityCurve
  /// Answers that it lost, the worst first; as many as a page can hold.
  package let flips: [Flip]
  /// All that it lost.
  package let flipCount: Int

  /// A question that the base answers and the candidate does not.
  package struct Flip: Sendable, Hashable {
    package let contrast: ItemContrast
    package let prompt: String
    package let gold: String

    package init(contrast: ItemContrast, prompt: String, gold: String) {
      self.contrast = contrast
      self.prompt = prompt
      self.gold = gold
    }
  }

  /// More would make a page too heavy to send round.
  package static let mostFlips = 200

  /// - Parameter question: the prompt and gold answer of a question.
  package init(
    verdict: CandidateVerdict, contrasts: [ItemContrast], question: (ItemContrast) -> (prompt: String, gold: String)?
  ) {
    self.verdict = verdict
    self.contrasts = contrasts
    curve = AbilityCurve(contrasts)
    let lost = contrasts.filter { $0.k > 0 && $0.base.exactMatch && !$0.candidate.exactMatch }
    flipCount = lost.count
    flips = lost.enumerated()
      .sorted { ($1.element.logprobDrop, $0.offset) < ($0.element.logprobDrop, $1.offset) }
      .prefix(Self.mostFlips)
      .compactMap { place in
        question(place.element).map { Flip(contrast: place.element, prompt: $0.prompt, gold: $0.gold) }
      }
  }

  /// As plots call it: the last two parts of its path.
  var name: String { verdict.path.split(separator: "/").suffix(2).joined(separator: "/") }

  /// N of checkpoint-N.
  var step: Int? {
    guard let last = verdict.path.split(separator: "/").last, last.hasPrefix("checkpoint-") else { return nil }
    return Int(last.dropFirst("checkpoint-".count))
  }
}

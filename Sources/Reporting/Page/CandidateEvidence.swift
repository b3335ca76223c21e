import Foundation
import Gating

/// A candidate with what its page shows beside the verdict.
package struct CandidateEvidence: Sendable {
  package let verdict: CandidateVerdict
  package let contrasts: [ItemContrast]
  package let curve: AbilityCurve
  /// The same of the gold answer's probability.
  let probabilities: AbilityCurve
  /// Answers that it lost, the worst first; as many as a page can hold.
  package let flips: [LostAnswer]
  /// All that it lost.
  package let flipCount: Int
  /// All that it won: answers that it gives and the base does not.
  let wonCount: Int

  /// - Parameter lost: the worst of what it lost.
  package init(verdict: CandidateVerdict, contrasts: [ItemContrast], lost: [LostAnswer]) {
    self.verdict = verdict
    self.contrasts = contrasts
    curve = AbilityCurve(contrasts)
    probabilities = AbilityCurve(contrasts) { $0.logprob.map { exp($0) } }
    flipCount = contrasts.count(where: \.isLost)
    wonCount = contrasts.count(where: \.isWon)
    flips = lost
  }

  /// As plots call it: the last two parts of its path.
  var name: String {
    verdict.path.contains("://") ? verdict.path : verdict.path.split(separator: "/").suffix(2).joined(separator: "/")
  }

  /// N of checkpoint-N.
  var step: Int? {
    guard let last = verdict.path.split(separator: "/").last, last.hasPrefix("checkpoint-") else { return nil }
    return Int(last.dropFirst("checkpoint-".count))
  }
}

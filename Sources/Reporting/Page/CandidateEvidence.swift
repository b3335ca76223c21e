import Gating

/// A candidate with what its page shows beside the verdict.
package struct CandidateEvidence: Sendable {
  package let verdict: CandidateVerdict
  package let contrasts: [ItemContrast]
  package let curve: AbilityCurve
  /// Answers that it lost, the worst first; as many as a page can hold.
  package let flips: [LostAnswer]
  /// All that it lost.
  package let flipCount: Int

  /// - Parameter lost: the worst of what it lost.
  package init(verdict: CandidateVerdict, contrasts: [ItemContrast], lost: [LostAnswer]) {
    self.verdict = verdict
    self.contrasts = contrasts
    curve = AbilityCurve(contrasts)
    flipCount = contrasts.lost.count
    flips = lost
  }

  /// As plots call it: the last two parts of its path.
  var name: String { verdict.path.split(separator: "/").suffix(2).joined(separator: "/") }

  /// N of checkpoint-N.
  var step: Int? {
    guard let last = verdict.path.split(separator: "/").last, last.hasPrefix("checkpoint-") else { return nil }
    return Int(last.dropFirst("checkpoint-".count))
  }
}

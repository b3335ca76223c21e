import Suites

/// One question, and what both models scored on it.
package struct ItemContrast: Sendable, Hashable {
  package let family: String
  package let base: ItemScore
  package let candidate: ItemScore
  /// Whether its task votes, and it is not in the fine-tuning data.
  package let counts: Bool

  package init(family: String, base: ItemScore, candidate: ItemScore, counts: Bool) {
    self.family = family
    self.base = base
    self.candidate = candidate
    self.counts = counts
  }

  package var task: String { base.task }
  package var item: String { base.item }
  package var k: Int { base.k }

  /// The base is right and the candidate wrong, or the other way round.
  package var flipped: Bool { base.exactMatch != candidate.exactMatch }
  /// With demonstrations the base is right and the candidate is not, and the other way round.
  package var isLost: Bool { k > 0 && base.exactMatch && !candidate.exactMatch }
  package var isWon: Bool { k > 0 && !base.exactMatch && candidate.exactMatch }
  /// By how much the gold answer's logprob fell, in nats; nil where one of both has none.
  package var logprobDrop: Double? { base.logprob.flatMap { base in candidate.logprob.map { base - $0 } } }

  /// Puts the scores of a candidate beside the baseline's, in the baseline's order; what only one of them has is left out.
  ///
  /// - Parameters:
  ///   - voting: names of the tasks that vote.
  ///   - contaminated: items that are in the fine-tuning data, by task.
  package static func list(
    baseline: Baseline, scores: [ItemScore], voting: Set<String>, contaminated: [String: Set<String>] = [:]
  ) -> [ItemContrast] {
    let families = Dictionary(baseline.admission.map { ($0.task, $0.family) }) { first, _ in first }
    let ofCandidate = Dictionary(scores.filter { $0.condition == .gold }.map { (Question($0), $0) }) { first, _ in first
    }
    return baseline.scores.compactMap { base in
      ofCandidate[Question(base)].map { candidate in
        ItemContrast(
          family: families[base.task] ?? "", base: base, candidate: candidate,
          counts: voting.contains(base.task) && contaminated[base.task]?.contains(base.item) != true)
      }
    }
  }
}

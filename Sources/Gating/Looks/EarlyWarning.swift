extension GatePolicy {
  /// Drops of the gold answer's probability, seven tenths of the shipped margins of exact match: so much of a loss of answers it moved by on a real
  /// candidate that lost many.
  package static let earlyWarning = GateSettings(
    maxDrop: .off, maxDropLargestK: .off, maxErrorRatio: .off, minRetention: .off,
    maxProbabilityDrop: RuleLimits(overall: 0.035, family: 0.07)
  ).policy
}

extension Verdict {
  /// Where the probability of the gold answer has fallen beyond its margin already, a sentence each; of a verdict by `GatePolicy.earlyWarning`.
  package var warnings: [String] {
    units.filter { $0.metric == .probability && $0.outcome == .fail }.compactMap { unit in
      unit.degradation.map {
        "early warning: the probability of the gold answer fell by \(points($0.drop)) points in \(unit.unit), beyond "
          + "\(points(unit.limit))"
      }
    }
  }
}

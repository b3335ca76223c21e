extension GateSettings {
  /// Drops of the gold answer's probability: as far as `max_probability_drop` lets a candidate go where it is on, else seven tenths of `max_drop`
  /// (of the shipped one where that is off), as the probability moved by so much of a loss of answers on a real candidate that lost many.
  package var earlyWarning: GatePolicy {
    let drops = maxDrop.isOff ? GateSettings().maxDrop : maxDrop
    let limits =
      maxProbabilityDrop.isOff
      ? RuleLimits(
        overall: drops.overall.map { 0.7 * $0 }, family: drops.family.map { 0.7 * $0 },
        families: drops.families?.mapValues { 0.7 * $0 } ?? [:], shots: drops.shots)
      : maxProbabilityDrop
    return GateSettings(
      maxDrop: .off, maxDropLargestK: .off, maxErrorRatio: .off, minRetention: .off, maxProbabilityDrop: limits,
      alphaPass: alphaPass, alphaFail: alphaFail, minFamilies: minFamilies
    ).policy
  }
}

extension Verdict {
  /// Where the probability of the gold answer has fallen beyond its margin already, a sentence each; of a verdict by `GateSettings.earlyWarning`.
  package var warnings: [String] {
    units.filter { $0.metric == .probability && $0.outcome == .fail }.compactMap { unit in
      unit.degradation.map {
        "early warning: the probability of the gold answer fell by \(points($0.drop)) points in \(unit.unit), beyond "
          + "\(points(unit.limit))"
      }
    }
  }
}

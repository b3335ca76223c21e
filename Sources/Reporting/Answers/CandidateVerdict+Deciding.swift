import Gating

extension CandidateVerdict {
  /// The unit that a verdict is told by: of a FAIL the drop overall where that fails, else the failed unit with the smallest p value; of what is
  /// open the drop overall where that is open, else the first open unit; of a PASS the drop overall.
  var decidingUnit: UnitVerdict? {
    guard let verdict else { return nil }
    let overall = verdict.overallUnit
    let telling = verdict.units.filter { $0.votes && $0.outcome == verdict.outcome }
    if let overall, overall.votes, overall.outcome == verdict.outcome { return overall }
    return telling.min { ($0.evidence?.pFailAdjusted ?? 1) < ($1.evidence?.pFailAdjusted ?? 1) } ?? overall
  }

  /// Means of exact match over everything and every k, where a rule looks at their drop.
  var overall: Degradation? { verdict?.overallUnit.flatMap { $0.shots == nil ? $0.degradation : nil } }

  var votingUnits: Int { verdict?.units.count { $0.votes } ?? 0 }
  var openUnits: Int { verdict?.units.count { $0.votes && $0.outcome == .inconclusive } ?? 0 }
}

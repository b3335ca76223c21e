/// What a gate of several candidates is to find among them.
package enum SelectionRule: String, Sendable, Codable, CaseIterable {
  /// The candidate that PASSes with the smallest drop overall; asked again under fresh demonstrations before it is named.
  case best
  /// The first candidate, in the order given, that FAILs.
  case firstFailing = "first-failing"
}

/// What was found. α was spent over all candidates: each was judged at α/M, so that any wrong PASS among M has a probability of at most α.
package struct SeriesSelection: Sendable, Hashable, Codable {
  package let rule: SelectionRule
  /// M: how many candidates shared α.
  package let candidates: Int
  /// The path of the one that was found; nil where there is none.
  package let selected: String?
  /// What it says under demonstrations that nobody had seen, at the whole α; nil where nothing was asked again.
  package let confirmation: Outcome?
  /// The drop overall under them.
  package let confirmedDrop: Double?

  package init(
    rule: SelectionRule, candidates: Int, selected: String?, confirmation: Outcome? = nil, confirmedDrop: Double? = nil
  ) {
    self.rule = rule
    self.candidates = candidates
    self.selected = selected
    self.confirmation = confirmation
    self.confirmedDrop = confirmedDrop
  }

  /// "selected: out/checkpoint-300, the best of 10 that passes …"
  package var text: String {
    let levels = "each judged at α/\(candidates)"
    switch (rule, selected) {
    case (.best, nil): return "selected: none of \(candidates) passes, \(levels)"
    case (.firstFailing, nil): return "selected: none of \(candidates) fails, \(levels)"
    case (.firstFailing, let path?): return "selected: \(path), the first of \(candidates) that fails, \(levels)"
    case (.best, let path?):
      let found = "selected: \(path), which passes with the smallest drop of \(candidates), \(levels)"
      guard let confirmation else { return "\(found); it could not be asked again, and is not confirmed" }
      let drop = confirmedDrop.map { " (a drop of \(points($0)) points)" } ?? ""
      return "\(found); under fresh demonstrations, at the whole α, it is \(confirmation.rawValue.uppercased())\(drop)"
    }
  }

  /// What the gate ends with; nil where the candidates decide that.
  package func exit(_ policy: GatePolicy) -> GateExit? {
    guard rule == .best, selected != nil else { return nil }
    return policy.exit(confirmation ?? .inconclusive)
  }

  /// The candidate with a verdict of PASS that lost least, the first of equals; or the first with a FAIL.
  package static func find(_ rule: SelectionRule, in verdicts: [CandidateVerdict]) -> Int? {
    switch rule {
    case .firstFailing: return verdicts.firstIndex { $0.outcome == .fail }
    case .best:
      let passing = verdicts.indices.filter { verdicts[$0].outcome == .pass }
      return passing.min { (verdicts[$0].overallDrop, $0) < (verdicts[$1].overallDrop, $1) }
    }
  }

  enum CodingKeys: String, CodingKey {
    case rule, candidates, selected, confirmation
    case confirmedDrop = "confirmed_drop"
  }
}

extension CandidateVerdict {
  fileprivate var overallDrop: Double { verdict?.overallDrop ?? .infinity }
}

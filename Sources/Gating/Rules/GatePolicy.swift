/// What becomes of a verdict that is neither PASS nor FAIL.
package enum InconclusivePolicy: String, Sendable, Codable, CaseIterable {
  /// Exit code 3: someone decides.
  case exit3
  /// Exit code 1: what is not shown to be sound does not ship.
  case fail
  /// Exit code 0: only a shown loss stops.
  case pass
}

/// The exit codes that a gate ends with.
package enum GateExit: Int32, Sendable, Codable {
  case pass = 0
  case regression = 1
  case undecided = 3

  /// The code for several candidates: any regression, else anything undecided, else pass.
  package static func combined(_ codes: some Sequence<GateExit>) -> GateExit {
    codes.max { $0.weight < $1.weight } ?? .undecided
  }

  private var weight: Int {
    switch self {
    case .pass: 0
    case .undecided: 1
    case .regression: 2
    }
  }
}

/// What a gate demands.
package struct GatePolicy: Sendable, Hashable {
  package let rules: [Rule]
  /// How many families must be able to vote; nil for half of them.
  package let minFamilies: Int?
  package let onInconclusive: InconclusivePolicy

  package init(rules: [Rule], minFamilies: Int? = nil, onInconclusive: InconclusivePolicy = .exit3) {
    self.rules = rules
    self.minFamilies = minFamilies
    self.onInconclusive = onInconclusive
  }

  /// Whether a rule looks at what the fine-tuning's labels leak.
  package var looksAtLeaks: Bool { rules.contains { $0.metric == .labelFree } }

  /// The same without such rules: for what is looked at before anything is asked, as a baseline has no leak mass.
  package var withoutLeaks: GatePolicy {
    GatePolicy(
      rules: rules.filter { $0.metric != .labelFree }, minFamilies: minFamilies, onInconclusive: onInconclusive)
  }

  /// The same with a part of every α: of one test among several whose errors add up.
  package func withPart(of parts: Int) -> GatePolicy {
    let count = Double(max(1, parts))
    return GatePolicy(
      rules: rules.map { $0.withAlphas(pass: $0.alphaPass / count, fail: $0.alphaFail / count) },
      minFamilies: minFamilies, onInconclusive: onInconclusive)
  }

  /// The exit code of one verdict.
  package func exit(_ outcome: Outcome) -> GateExit {
    switch (outcome, onInconclusive) {
    case (.pass, _), (.inconclusive, .pass): .pass
    case (.fail, _), (.inconclusive, .fail): .regression
    case (.inconclusive, .exit3), (.uninformative, _): .undecided
    }
  }
}

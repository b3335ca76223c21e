/// The verdict line: what a log shows when it shows one line.
struct VerdictSentence {
  let outcome: Outcome
  let units: [UnitVerdict]
  let coverage: Coverage
  let notes: [Note]

  /// "FAIL: few-shot exact match fell by 17.2 points (95 % interval 12.1 to 22.3; margin 5.0) overall; 6 of 9 families fell
  /// beyond 10.0 points; coverage 18 of 20 tasks, 9 of 9 families, 288 of 288 blocks"
  var text: String {
    let overall = units.filter { $0.level == .overall }.compactMap(loss)
    let families = Dictionary(grouping: units.filter { $0.level == .family }, by: \.rule)
    let warnings = notes.filter { $0.severity == .warning }.map { "warning: \($0.text)" }
    let parts =
      overall + families.sorted { $0.key < $1.key }.compactMap { spread($0.value) } + ["coverage \(coverage.text)"]
      + warnings
    return "\(outcome.rawValue.uppercased()): \(parts.joined(separator: "; "))"
  }

  private func loss(_ unit: UnitVerdict) -> String? {
    guard let degradation = unit.degradation, let interval = unit.evidence?.dropInterval else { return nil }
    let drop = degradation.drop
    let size = unit.metric.amount(abs(drop))
    let isUnchanged = size == unit.metric.amount(0)
    let moved = isUnchanged ? "is unchanged" : "\(drop > 0 ? "fell" : "rose") by \(size) \(unit.metric.measure)"
    // A drop is positive; a rise is stated as such, with its interval turned round.
    let isRise = drop < 0 && !isUnchanged
    let low = unit.metric.amount(isRise ? -interval.upper : interval.lower)
    let high = unit.metric.amount(isRise ? -interval.lower : interval.upper)
    return "few-shot \(unit.metric.name) \(moved) (95 % interval \(low) to \(high); "
      + "margin \(unit.metric.amount(unit.margin))) overall"
  }

  private func spread(_ families: [UnitVerdict]) -> String? {
    let voting = families.filter(\.votes)
    guard let first = voting.first else { return nil }
    let failed = voting.filter { $0.outcome == .fail }.count
    let passed = voting.filter { $0.outcome == .pass }.count
    let limit = "\(first.metric.amount(first.margin)) \(first.metric.measure)"
    if passed == voting.count { return "\(passed) of \(voting.count) families stayed within \(limit)" }
    let undecided = voting.count - failed - passed
    let rest = undecided > 0 ? ", \(undecided) undecided" : ""
    return "\(failed) of \(voting.count) families fell beyond \(limit)\(rest)"
  }
}

extension Metric {
  /// As a sentence says it.
  package var name: String {
    switch self {
    case .exactMatch: "exact match"
    case .logprob: "answer logprob"
    case .choice: "candidate choice"
    }
  }

  /// What `amount` counts.
  package var measure: String { self == .logprob ? "nats" : "points" }

  /// A difference of means with one decimal of a percentage point, or two decimals of a nat.
  package func amount(_ value: Double) -> String { self == .logprob ? nats(value) : points(value) }
}

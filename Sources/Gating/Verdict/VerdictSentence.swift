/// The verdict line: what a log shows when it shows one line.
struct VerdictSentence {
  let outcome: Outcome
  let units: [UnitVerdict]
  let coverage: Coverage
  let notes: [Note]

  /// "FAIL: few-shot exact match fell by 17.2 points (at least 12.4; margin 5.0) overall; 6 of 9 families fell
  /// beyond 10.0 points; 61.3 % of the few-shot gain is kept (80.0 % demanded) overall; coverage 18 of 20 tasks, 9 of 9
  /// families, 288 of 288 blocks"
  var text: String {
    var rules: [String] = []
    for unit in units where !rules.contains(unit.rule) { rules.append(unit.rule) }
    let findings = rules.flatMap { rule in
      let ofRule = units.filter { $0.rule == rule }
      return ofRule.filter { $0.level == .overall }.compactMap(loss)
        + [spread(ofRule.filter { $0.level == .family }), lostTasks(ofRule.filter { $0.level == .task })].compactMap {
          $0
        }
    }
    let warnings = notes.filter { $0.severity == .warning }.map { "warning: \($0.text)" }
    return "\(outcome.rawValue.uppercased()): "
      + (findings + ["coverage \(coverage.text)"] + warnings).joined(separator: "; ")
  }

  /// What happened overall; nil of a unit without evidence or vote.
  private func loss(_ unit: UnitVerdict) -> String? {
    guard let degradation = unit.degradation, let bound = unit.boundText else { return nil }
    let place = "\(unit.shots.map { " at k = \($0.map { "\($0)" }.joined(separator: ", "))" } ?? "") overall"
    switch unit.contrast {
    // Where they pass they say what the drop in the mean says already.
    case .absoluteDrop where unit.rule == Self.atLargestK && unit.outcome == .pass: return nil
    case .absoluteDrop:
      let isRise = degradation.drop < 0 && unit.outcome != .fail && bound != Interval.sayingNothing
      return
        "few-shot \(unit.metric.name) \(movement(degradation.drop, unit.metric)) (\(bound)\(isRise ? " lost" : ""); "
        + "margin \(unit.metric.amount(unit.limit)))\(place)"
    case .relativeDrop:
      return degradation.chanceCorrected.map {
        "\(points(max(0, $0))) % of what is above chance is lost (\(points(unit.limit)) % allowed)\(place)"
      }
    case .errorRatio:
      return unit.votes && unit.outcome != .pass
        ? degradation.errorRatio.map {
          "\(ratio($0)) times the base's errors (\(ratio(unit.limit)) times and one point more allowed)\(place)"
        } : nil
    case .retention:
      return unit.votes
        ? degradation.retention.map {
          "\(points($0)) % of the few-shot gain is kept (\(points(unit.limit)) % demanded)\(place)"
        } : nil
    }
  }

  private static let atLargestK = "max_drop_largest_k"

  private func ratio(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

  /// Single tasks that are lost; nil where none is.
  private func lostTasks(_ tasks: [UnitVerdict]) -> String? {
    let lost = tasks.filter { $0.outcome == .fail }
    guard let first = lost.first else { return nil }
    let limit = first.contrast == .absoluteDrop ? " beyond \(amount(first))" : ""
    return "\(lost.map(\.unit).joined(separator: ", ")) fell\(limit)"
  }

  /// "fell by 17.2 points".
  private func movement(_ drop: Double, _ metric: Metric) -> String {
    let size = metric.amount(abs(drop))
    return size == metric.amount(0) ? "is unchanged" : "\(drop < 0 ? "rose" : "fell") by \(size) \(metric.measure)"
  }

  /// How many families are within the rule's limit; nil where none votes.
  private func spread(_ families: [UnitVerdict]) -> String? {
    let voting = families.filter(\.votes)
    guard let first = voting.first else { return nil }
    let failed = voting.filter { $0.outcome == .fail }.count
    let passed = voting.filter { $0.outcome == .pass }.count
    let isCommon = voting.allSatisfy { $0.limit == first.limit }
    let share = isCommon ? "\(points(first.limit)) %" : "their limit"
    let (kept, broken) =
      switch first.contrast {
      case .absoluteDrop:
        isCommon
          ? ("stayed within \(amount(first))", "fell beyond \(amount(first))")
          : ("stayed within their margins", "fell beyond their margins")
      case .relativeDrop:
        ("lost at most \(share) of what is above chance", "lost more than \(share) of what is above chance")
      case .errorRatio: ("stayed within their errors", "made too many errors")
      case .retention: ("kept \(share) of the few-shot gain", "kept less than \(share) of the few-shot gain")
      }
    if passed == voting.count { return "\(passed) of \(voting.count) families \(kept)" }
    let undecided = voting.count - failed - passed
    let rest = undecided > 0 ? ", \(undecided) undecided" : ""
    return "\(failed) of \(voting.count) families \(broken)\(rest)"
  }

  private func amount(_ unit: UnitVerdict) -> String { "\(unit.metric.amount(unit.limit)) \(unit.metric.measure)" }
}

extension Metric {
  /// As a sentence says it.
  package var name: String {
    switch self {
    case .exactMatch: "exact match"
    case .logprob: "answer logprob"
    case .probability: "probability of the gold answer"
    case .choice: "candidate choice"
    case .labelFree: "probability of an answer that is no fine-tuning label"
    }
  }

  /// What `amount` counts.
  package var measure: String { self == .logprob ? "nats" : "points" }

  /// A difference of means with one decimal of a percentage point, or two decimals of a nat.
  package func amount(_ value: Double) -> String { self == .logprob ? nats(value) : points(value) }
}

extension UnitVerdict {
  /// The bounds that decide, on the loss that the rule looks at: more than the upper one is ruled out at α_pass, less than the lower one at
  /// the unit's Holm level of α_fail. PASS is an upper one below the margin, FAIL a lower one above it. Nil without evidence.
  package var bounds: Interval? {
    guard let evidence, let margin, margin - evidence.upperBound <= margin - evidence.lowerBound else { return nil }
    return Interval(margin - evidence.upperBound...margin - evidence.lowerBound)
  }

  /// What is shown of the loss, which never contradicts the outcome: "at most 1.2" of a PASS, "at least 27.0" of a FAIL, "2.0 to 14.1" of what is
  /// open; of what does not vote the 95 % interval. Nil where nothing is known; "too few blocks" where an interval would say nothing.
  package var boundText: String? {
    guard let evidence else { return nil }
    guard let bounds else { return rangeText(evidence.dropInterval) }
    switch outcome {
    case .pass: return "at most \(metric.amount(max(0, bounds.upper)))"
    case .fail: return "at least \(metric.amount(bounds.lower))"
    case .inconclusive: return openBounds.map(rangeText) ?? Interval.sayingNothing
    case .uninformative: return rangeText(evidence.dropInterval)
    }
  }

  /// The bounds of what is open, as far as a candidate can have them; they hold the margin between them, or it would be decided. Nil where they
  /// say nothing, and of every other unit.
  package var openBounds: Interval? {
    guard outcome == .inconclusive, let bounds, let margin else { return nil }
    guard let cut = attainable(bounds) else { return nil }
    let (least, most) = (min(cut.lower, max(bounds.lower, margin)), max(cut.upper, min(bounds.upper, margin)))
    return least <= most ? Interval(least...most) : nil
  }

  /// What a picture shows: at the end that decided the bound, at the other the 95 % interval's; where nothing is decided both bounds. Nil where
  /// nothing is known, or it says nothing.
  package var shownInterval: Interval? {
    guard let usual = evidence?.dropInterval else { return nil }
    let bounds = bounds ?? usual
    return switch outcome {
    case .pass: attainable(Interval(min(usual.lower, bounds.upper)...bounds.upper))
    case .fail: attainable(Interval(bounds.lower...max(usual.upper, bounds.lower)))
    case .inconclusive: openBounds
    case .uninformative: attainable(usual)
    }
  }

  /// Only a share ends somewhere; the base's own mean ends its drop, and no other loss.
  private func attainable(_ interval: Interval) -> Interval? {
    metric == .logprob ? interval : interval.attainable(base: contrast == .absoluteDrop ? degradation?.base : nil)
  }

  private func rangeText(_ interval: Interval) -> String {
    let shown = outcome == .inconclusive ? interval : attainable(interval)
    return shown.map { "\(metric.amount($0.lower)) to \(metric.amount($0.upper))" } ?? Interval.sayingNothing
  }
}

extension Interval {
  /// What stands in the place of an interval that holds all that could be.
  package static let sayingNothing = "too few blocks"

  /// The part of a drop's interval that a candidate can have: it cannot lose more than the base has, nor gain more than the base lacks. Nil
  /// where that is everything, or more than 100 points wide, so that the interval says nothing.
  ///
  /// - Parameter base: the base's mean, in 0...1; nil where it is not known.
  package func attainable(base: Double?) -> Interval? {
    let (least, most) = (base.map { $0 - 1 } ?? -1, base ?? 1)
    guard upper - lower <= 1, lower > least || upper < most, lower <= most, upper >= least else { return nil }
    return Interval(max(lower, least)...max(lower, least, min(upper, most)))
  }
}

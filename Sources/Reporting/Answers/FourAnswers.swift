import Foundation
import Gating

/// What someone who decides wants to know of one candidate, in words that need no statistics: Can it ship? How bad is it? How sure is that? What
/// now?
struct FourAnswers {
  /// One question with its answer in a few words, and what stands behind it.
  struct Answer {
    let question: String
    let answer: String
    let detail: String

    var context: [String: String] { ["question": question, "answer": answer, "detail": detail] }
  }

  private let candidate: CandidateVerdict
  private let settings: GateSettings
  /// What was looked for among several candidates.
  private let selection: SeriesSelection?
  let steps: [NextStep]

  init(_ candidate: CandidateVerdict, header: ReportHeader, isAlone: Bool) {
    self.candidate = candidate
    settings = header.settings
    selection = header.selection
    steps = NextSteps(candidate, header: header, isAlone: isAlone).list
  }

  /// Without the last, which is `steps`.
  var answers: [Answer] { [canItShip, howBad, howSure] }

  private var canItShip: Answer {
    let (answer, detail): (String, String) =
      switch candidate.outcome {
      case .pass?: Self.shipping(candidate, selection)
      case .fail? where candidate.decidingUnit?.metric != .exactMatch:
        ("Do not ship", "it is beyond a limit that you set")
      case .fail?: ("Do not ship", "it lost more of the ability to learn from examples than you allow")
      case .inconclusive?, .uninformative?:
        switch (settings.onInconclusive, candidate.timeOut) {
        case (.exit3, _): ("Not yet", "the questions asked do not settle it")
        case (.fail, _): ("Not yet", "nothing is settled, and your policy stops what is not shown to be sound")
        case (.pass, nil): ("Your policy says yes", "nothing is settled, and your policy stops only a shown loss")
        case (.pass, _?): ("Not yet", "it was not read to the end")
        }
      case nil: ("Cannot be said", "it was not judged")
      }
    return Answer(question: "Can it ship?", answer: answer, detail: detail)
  }

  /// Of one that passes; where the best of several was looked for, what was asked again decides.
  private static func shipping(_ candidate: CandidateVerdict, _ selection: SeriesSelection?) -> (String, String) {
    guard let selection, selection.rule == .best else {
      return ("Yes", "it still learns from examples as the base does, within your limits")
    }
    guard selection.selected == candidate.path else {
      return ("Another is better", "it passes, and is not the one that was selected")
    }
    return switch selection.confirmation {
    case .pass?: ("Yes", "it passes, and passed again under fresh demonstrations")
    case .fail?: ("Do not ship", "it was the best, and failed under fresh demonstrations")
    case .inconclusive?, .uninformative?: ("Not yet", "it was the best, and fresh demonstrations do not settle it")
    case nil: ("Not yet", "it was the best, and could not be asked again under fresh demonstrations")
    }
  }

  private var howBad: Answer {
    let question = "How bad is it?"
    if let late = candidate.timeOut {
      guard let base = late.base, let own = late.candidate else {
        return Answer(question: question, answer: "Not known", detail: "no question was answered in time")
      }
      return Answer(question: question, answer: Self.lost(base - own, of: base), detail: "in what was read by then")
    }
    guard let unit = candidate.decidingUnit, let loss = unit.degradation else {
      return Answer(question: question, answer: "Not known", detail: "nothing was measured")
    }
    let place = unit.placeInWords
    guard unit.contrast == .absoluteDrop, unit.metric == .exactMatch else {
      let general = candidate.overall ?? (unit.metric == .exactMatch ? loss : nil)
      return Answer(
        question: question, answer: general.map { Self.lost($0.drop, of: $0.base) } ?? unit.movementInWords,
        detail: "\(place.isEmpty ? "" : "\(place) ")\(unit.ruleInWords)")
    }
    let limit = "limit \(points(unit.limit))"
    // What is open in one place is no answer for the whole.
    if !place.isEmpty, candidate.outcome != .fail, let overall = candidate.overall {
      return Answer(
        question: question, answer: Self.lost(overall.drop, of: overall.base),
        detail: "overall; \(place) \(Self.lost(loss.drop, of: loss.base).lowercased()), \(limit)")
    }
    let overall = place.isEmpty ? nil : candidate.overall.map { "; \(points($0.drop)) overall" }
    return Answer(
      question: question,
      answer: "\(Self.lost(loss.drop, of: loss.base))\(place.isEmpty ? "" : " \(place)")",
      detail: "\(limit)\(overall ?? ""); the base gets \(points(loss.base)) of 100 right, "
        + "this one \(points(loss.candidate))")
  }

  private static func lost(_ drop: Double, of base: Double) -> String {
    let size = points(abs(drop))
    guard size != points(0) else { return "Nothing lost" }
    return drop > 0 ? "Lost \(size) of \(points(base)) points" : "Gained \(size) points"
  }

  private var howSure: Answer {
    let question = "How sure is that?"
    let unit = candidate.decidingUnit
    switch candidate.outcome {
    case .pass?:
      let most = unit?.lossBounds.map { "at most \(unit?.amountInWords(max(0, $0.upper)) ?? "") are lost" }
      return Answer(
        question: question, answer: "\(Self.percent(1 - settings.alphaPass)) sure",
        detail: most ?? "every limit holds")
    case .fail?:
      let least = unit?.lossBounds.map { "at least \(unit?.amountInWords($0.lower) ?? "") are lost" }
      let isCertain = unit?.evidence.map { $0.pFailAdjusted < 1e-6 } ?? false
      return Answer(
        question: question, answer: isCertain ? "Certain" : "\(Self.percent(1 - settings.alphaFail)) sure",
        detail: (least ?? "a limit is broken")
          + (isCertain ? "; by chance that happens in fewer than one of a million gates" : ""))
    case .inconclusive?, .uninformative?:
      if let late = candidate.timeOut {
        return Answer(
          question: question, answer: "Undecided",
          detail: "time ran out after \(late.blocksRead) of \(late.blocks) blocks of questions")
      }
      let open = candidate.openUnits
      return Answer(
        question: question, answer: "Undecided",
        detail: (unit.map(Self.range) ?? Interval.sayingNothing)
          + "; \(open) of \(candidate.votingUnits) checks \(open == 1 ? "is" : "are") open")
    case nil:
      return Answer(
        question: question, answer: "No verdict", detail: Self.firstClause(candidate.notGateable ?? "no reason given"))
    }
  }

  /// "in lexical anything from a gain of 3.0 to a loss of 10.8 points, limit 10.0".
  private static func range(_ unit: UnitVerdict) -> String {
    let place = unit.placeInWords.isEmpty ? "" : "\(unit.placeInWords) "
    guard unit.contrast == .absoluteDrop else { return "\(place)\(unit.ruleInWords): within that limit, or beyond it" }
    guard let bounds = unit.openBounds else { return "\(place)\(Interval.sayingNothing)" }
    let amount = unit.metric.amount
    let least = bounds.lower < 0 ? "a gain of \(amount(-bounds.lower))" : "a loss of \(amount(bounds.lower))"
    return
      "\(place)anything from \(least) to a loss of \(unit.amountInWords(bounds.upper)), limit \(amount(unit.limit))"
  }

  /// A reason without its brackets and remedies: the page has the whole of it below.
  private static func firstClause(_ reason: String) -> String {
    let clause = reason.prefix { $0 != ";" }
    return clause.firstIndex(of: "(").map { String(clause[..<$0]).trimmingCharacters(in: .whitespaces) }
      ?? String(clause)
  }

  private static func percent(_ share: Double) -> String {
    let tenths = (min(max(share.isFinite ? share : 0, 0), 1) * 1000).rounded() / 10
    return (tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)") + "\u{A0}%"
  }
}

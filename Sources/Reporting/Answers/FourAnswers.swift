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
  let steps: [NextStep]

  init(_ candidate: CandidateVerdict, header: ReportHeader, isAlone: Bool) {
    self.candidate = candidate
    settings = header.settings
    steps = NextSteps(candidate, header: header, isAlone: isAlone).list
  }

  /// Without the last, which is `steps`.
  var answers: [Answer] { [canItShip, howBad, howSure] }

  private var canItShip: Answer {
    let (answer, detail): (String, String) =
      switch candidate.outcome {
      case .pass?: ("Yes", "it still learns from examples as the base does, within your limits")
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
    let place = unit.level == .overall ? "" : "in \(unit.unit) "
    let isCommon = unit.contrast == .absoluteDrop && unit.metric == .exactMatch
    guard isCommon else {
      return Answer(
        question: question, answer: candidate.overall.map { Self.lost($0.drop, of: $0.base) } ?? "Beyond a limit",
        detail: "\(place)\(unit.ruleInWords)")
    }
    let limit = "limit \(points(unit.limit))"
    // What is open in one family is no answer for the whole.
    if unit.level != .overall, candidate.outcome != .fail, let overall = candidate.overall {
      return Answer(
        question: question, answer: Self.lost(overall.drop, of: overall.base),
        detail: "overall; \(place)\(Self.lost(loss.drop, of: loss.base).lowercased()), \(limit)")
    }
    let overall = unit.level == .overall ? nil : candidate.overall.map { "; \(points($0.drop)) overall" }
    return Answer(
      question: question,
      answer: "\(Self.lost(loss.drop, of: loss.base))\(unit.level == .overall ? "" : " in \(unit.unit)")",
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
      let most = unit?.bounds.map { "at most \(unit?.metric.amount(max(0, $0.upper)) ?? "") points are lost" }
      return Answer(
        question: question, answer: "\(Self.percent(1 - settings.alphaPass)) sure",
        detail: most ?? "every limit holds")
    case .fail?:
      let least = unit?.bounds.map {
        "at least \(unit?.metric.amount($0.lower) ?? "") \(unit?.metric.measure ?? "") are lost"
      }
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
      let range = unit?.bounds.flatMap { $0.attainable(base: unit?.degradation?.base) }.map {
        Self.range($0, of: unit)
      }
      let open = candidate.openUnits
      return Answer(
        question: question, answer: "Undecided",
        detail: (range ?? Interval.sayingNothing)
          + "; \(open) of \(candidate.votingUnits) checks \(open == 1 ? "is" : "are") open")
    case nil:
      return Answer(
        question: question, answer: "No verdict", detail: Self.firstClause(candidate.notGateable ?? "no reason given"))
    }
  }

  /// "in lexical anything from a gain of 3.0 to a loss of 10.8 points, limit 10.0".
  private static func range(_ bounds: Interval, of unit: UnitVerdict?) -> String {
    let place = unit.flatMap { $0.level == .overall ? nil : "in \($0.unit) " } ?? ""
    let least = bounds.lower < 0 ? "a gain of \(points(-bounds.lower))" : "a loss of \(points(bounds.lower))"
    return
      "\(place)anything from \(least) to a loss of \(points(bounds.upper)) points, limit \(points(unit?.limit ?? 0))"
  }

  /// A reason without its brackets and remedies: the page has the whole of it below.
  private static func firstClause(_ reason: String) -> String {
    let clause = reason.prefix { $0 != ";" }
    return clause.firstIndex(of: "(").map { String(clause[..<$0]).trimmingCharacters(in: .whitespaces) }
      ?? String(clause)
  }

  private static func percent(_ share: Double) -> String {
    let tenths = (share * 1000).rounded() / 10
    return (tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)") + "\u{A0}%"
  }
}

extension CandidateVerdict {
  /// The unit that a verdict is told by: of a FAIL the drop overall where that fails, else the failed unit with the smallest p value; of what is
  /// open the drop overall where that is open, else the first open unit; of a PASS the drop overall.
  var decidingUnit: UnitVerdict? {
    guard let verdict else { return nil }
    let overall = verdict.units.first {
      $0.level == .overall && $0.contrast == .absoluteDrop && $0.metric == .exactMatch
    }
    let telling = verdict.units.filter { $0.votes && $0.outcome == verdict.outcome }
    if let overall, overall.votes, overall.outcome == verdict.outcome { return overall }
    return telling.min { ($0.evidence?.pFailAdjusted ?? 1) < ($1.evidence?.pFailAdjusted ?? 1) } ?? overall
  }

  /// The drop of exact match overall, where a rule looks at it.
  var overall: Degradation? {
    verdict?.units.first { $0.level == .overall && $0.contrast == .absoluteDrop && $0.metric == .exactMatch }?
      .degradation
  }

  var votingUnits: Int { verdict?.units.count { $0.votes } ?? 0 }
  var openUnits: Int { verdict?.units.count { $0.votes && $0.outcome == .inconclusive } ?? 0 }
}

extension UnitVerdict {
  /// What a rule that is not about the drop of exact match found: "43.4 % of what examples teach the base is kept, 80.0 % demanded".
  fileprivate var ruleInWords: String {
    guard let loss = degradation else { return "limit \(limit)" }
    switch contrast {
    case .retention:
      return
        "\(loss.retention.map(points) ?? "–") % of what examples teach the base is kept, \(points(limit)) % demanded"
    case .relativeDrop:
      return
        "\(loss.chanceCorrected.map { points(max(0, $0)) } ?? "–") % of what is above chance is lost, \(points(limit)) % allowed"
    case .errorRatio:
      return
        "\(loss.errorRatio.map { "\(($0 * 100).rounded() / 100)" } ?? "–") times the base's errors, \(limit) times and one point more allowed"
    case .absoluteDrop:
      return "\(metric.name) fell by \(metric.amount(loss.drop)) \(metric.measure), limit \(metric.amount(limit))"
    }
  }
}

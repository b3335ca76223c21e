import Gating

/// One candidate on the page.
struct CandidateSection {
  private let evidence: CandidateEvidence
  private let index: Int
  private let isAlone: Bool
  /// Whether no other candidate has its short name.
  private let hasName: Bool
  private let answers: FourAnswers

  private var candidate: CandidateVerdict { evidence.verdict }
  private var id: String { "candidate-\(index)" }
  private var outcome: String { candidate.outcome?.rawValue ?? "not gateable" }
  private var state: String { outcome.replacing(" ", with: "-") }

  /// - Parameters:
  ///   - index: in the order given, which names its part of the page.
  ///   - isAlone: whether the page is about nothing else.
  ///   - hasName: whether no other candidate has its short name.
  init(_ evidence: CandidateEvidence, index: Int, header: ReportHeader, isAlone: Bool, hasName: Bool) {
    self.evidence = evidence
    self.index = index
    self.isAlone = isAlone
    self.hasName = hasName
    answers = FourAnswers(evidence.verdict, header: header, isAlone: isAlone)
  }

  /// Its row in the table of several.
  var summary: [String: String] {
    let all = answers.answers.map(\.answer)
    let bound = candidate.decidingUnit?.boundText ?? "–"
    return [
      "id": id, "path": hasName ? evidence.name : candidate.path, "outcome": outcome.uppercased(), "state": state,
      "lost": all[1], "bound": bound,
      "next": answers.steps.first?.why ?? "",
    ]
  }

  func context(_ plots: VerdictPlots) -> [String: Any] {
    let sentence = candidate.sentence.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
    let next = answers.steps.first
    let verdict = candidate.verdict
    let example = candidate.outcome == .pass ? nil : TellingExample(evidence.flips)
    return [
      "id": id, "path": candidate.path, "outcome": outcome.uppercased(), "state": state, "isAlone": isAlone,
      "isRefused": candidate.outcome == nil, "sentence": readable(sentence) + ".",
      "parts": candidate.path.split(separator: "/", omittingEmptySubsequences: false).map { ["part": $0] },
      "answers": answers.answers.map(\.context),
      "next": next.map { [$0.context] } ?? [],
      "further": answers.steps.count > 1 ? [["steps": answers.steps.dropFirst().map(\.context)]] : [],
      "example": example.map {
        [$0.context.merging(["lost": "\(evidence.flipCount)", "won": "\(evidence.wonCount)"]) { own, _ in own }]
      } ?? [],
      "forest": twice { width in verdict.map { plots.forest($0, id: "\(index)", width: width) } },
      "units": verdict.map { [["rows": $0.units.filter(\.isShown).map(unit)]] } ?? [],
      "needs": verdict?.units.compactMap { unit in unit.need.map { ["unit": unit.name.alone, "need": $0] } } ?? [],
      "diagnosis": candidate.diagnosis.map { [DiagnosisSection($0).pageContext(id: "\(index)")] } ?? [],
      "flips": LostAnswersSection(evidence, index: index).context,
      "notes": verdict.map { verdict in
        verdict.notes.map { ["severity": $0.severity.rawValue, "text": $0.text] }
          + verdict.cautions.map { ["severity": "caution", "text": $0] }
      } ?? [],
    ]
  }

  /// A sentence with its capital, and numbers that stay with their percent signs.
  private func readable(_ sentence: String) -> String {
    (sentence.prefix(1).uppercased() + sentence.dropFirst()).replacing(" %", with: "\u{A0}%")
  }

  private func unit(_ unit: UnitVerdict) -> [String: String] {
    let loss = unit.degradation
    func amount(_ value: Double?) -> String { value.map(unit.metric.amount) ?? "–" }
    return [
      "unit": unit.name.alone, "base": amount(loss?.base), "candidate": amount(loss?.candidate),
      "drop": amount(loss?.drop), "bound": unit.boundText ?? "–", "margin": amount(unit.margin),
      "kept": loss?.retention.map { "\(points($0)) %" } ?? "–", "errors": unit.timesTheErrors ?? "–",
      "correlation": unit.blockCorrelationText ?? "–", "outcome": unit.outcome.rawValue.uppercased(),
      "state": unit.outcome.rawValue,
    ]
  }
}

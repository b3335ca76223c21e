import Foundation
import Gating
import Mustache

/// report.html: one file without network, script or font from elsewhere. The template shows and escapes what comes from data.
package struct GatePage {
  private let report: GateReport
  private let candidates: [CandidateEvidence]
  private let history: [GateHistoryPoint]

  /// - Parameter candidates: in the report's order.
  package init(_ report: GateReport, candidates: [CandidateEvidence], history: [GateHistoryPoint]) {
    self.report = report
    self.candidates = candidates
    self.history = history
  }

  package func html() throws -> String { try PageText.template(pageTemplate).render(context) }

  private var context: [String: Any] {
    let plots = VerdictPlots(candidates: candidates, history: history)
    return [
      "style": pageStyle, "script": pageScript, "outcome": report.exit.word, "state": report.exit.word.lowercased(),
      "base": report.header.base.name, "storage": report.quantisedBase.map { ", stored as \($0)" } ?? "",
      "suite": report.header.suite.name, "startedAt": report.header.startedAt,
      "curves": twice { plots.curves(width: $0) },
      "probabilities": twice { plots.probabilities(width: $0) }, "series": twice { plots.series(width: $0) },
      "history": twice { plots.pastGates(width: $0) },
      "candidates": zip(candidates.indices, candidates).map { candidate($0, $1, plots) },
      "forms": report.header.forms.map { [FormsSection($0).context { $0 }] } ?? [],
      "facts": report.rows.map { ["name": $0.0, "value": $0.1] },
    ]
  }

  private func candidate(_ index: Int, _ evidence: CandidateEvidence, _ plots: VerdictPlots) -> [String: Any] {
    let candidate = evidence.verdict
    let outcome = candidate.outcome?.rawValue ?? "not gateable"
    let sentence = candidate.sentence.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
    let advice = PageAdvice(candidate, header: report.header).context
    return [
      "id": "candidate-\(index)", "path": candidate.path, "outcome": outcome.uppercased(),
      "state": outcome.replacing(" ", with: "-"), "sentence": readable(sentence) + ".",
      "parts": candidate.path.split(separator: "/", omittingEmptySubsequences: false).map { ["part": $0] },
      "hasAdvice": !advice.isEmpty,
      "forest": twice { width in candidate.verdict.map { plots.forest($0, id: "\(index)", width: width) } },
      "units": candidate.verdict.map { [["rows": $0.units.filter(\.isShown).map(unit)]] } ?? [],
      "needs": candidate.verdict?.units.compactMap { unit in
        unit.need.map { ["unit": unit.name.alone, "need": $0] }
      } ?? [],
      "diagnosis": candidate.diagnosis.map { [DiagnosisSection($0).pageContext] } ?? [],
      "flips": flips(index, evidence), "advice": advice,
      "notes": candidate.verdict.map { verdict in
        verdict.notes.map { ["severity": $0.severity.rawValue, "text": $0.text] }
          + verdict.cautions.map { ["severity": "caution", "text": $0] }
      } ?? [],
    ]
  }

  /// A sentence with its capital, and numbers that stay with their percent signs.
  private func readable(_ sentence: String) -> String {
    (sentence.prefix(1).uppercased() + sentence.dropFirst()).replacing(" %", with: "\u{A0}%")
  }

  /// A plot for wide and one for narrow windows; the page shows the one that fits.
  private func twice(_ plot: (Double) -> String?) -> [[String: String]] {
    guard let wide = plot(VerdictPlots.wide), let narrow = plot(VerdictPlots.narrow) else { return [] }
    return [["wide": wide, "narrow": narrow]]
  }

  private func unit(_ unit: UnitVerdict) -> [String: String] {
    let loss = unit.degradation
    func amount(_ value: Double?) -> String { value.map(unit.metric.amount) ?? "–" }
    return [
      "unit": unit.name.alone, "base": amount(loss?.base), "candidate": amount(loss?.candidate),
      "drop": amount(loss?.drop), "interval": unit.evidence.map { text($0.dropInterval, unit.metric.amount) } ?? "–",
      "margin": amount(unit.margin), "kept": loss?.retention.map { "\(points($0)) %" } ?? "–",
      "errors": unit.timesTheErrors ?? "–", "correlation": unit.blockCorrelationText ?? "–",
      "outcome": unit.outcome.rawValue.uppercased(), "state": unit.outcome.rawValue,
    ]
  }

  /// An answer on one line; one that says nothing is said to.
  private static func onOneLine(_ answer: String) -> String {
    let words = answer.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.isEmpty ? "(nothing)" : words
  }

  private func flips(_ index: Int, _ evidence: CandidateEvidence) -> [[String: Any]] {
    guard !evidence.flips.isEmpty else { return [] }
    let shown = evidence.flips.count
    let rows = evidence.flips.map { flip -> [String: Any] in
      let line = flip.contrast
      return [
        "task": line.task, "family": line.family, "item": line.item, "k": "\(line.k)", "gold": flip.gold,
        "prompt": flip.prompt, "answer": flip.answer.map(Self.onOneLine) ?? "", "answered": flip.answer != nil,
        "base": line.base.logprob.map(nats) ?? "–", "candidate": line.candidate.logprob.map(nats) ?? "–",
        "drop": line.logprobDrop.map(nats) ?? "–",
      ]
    }
    let tasks = Set(evidence.flips.map(\.contrast.task)).sorted()
    return [
      [
        "id": "flips-\(index)", "rows": rows, "tasks": tasks.map { ["task": $0] }, "shown": "\(shown)",
        "all": "\(evidence.flipCount)", "won": "\(evidence.wonCount)",
        "net": "\(evidence.flipCount - evidence.wonCount)", "wrapped": evidence.verdict.formatLost ?? "",
        "isCut": shown < evidence.flipCount,
      ]
    ]
  }
}

import Foundation
import Gating
import Mustache

/// report.html: one file without network, script or font from elsewhere. The template shows and escapes what comes from data.
///
/// It answers four questions before anyone scrolls (`FourAnswers`), shows one lost answer, then what was lost where, and all the rest below.
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
    let names = candidates.reduce(into: [String: Int]()) { $0[$1.name, default: 0] += 1 }
    let ranked = candidates.enumerated().sorted { Self.rank($0.element, $0.offset) < Self.rank($1.element, $1.offset) }
    let sections = ranked.map {
      CandidateSection(
        $0.element, index: $0.offset, header: report.header, isAlone: candidates.count == 1,
        hasName: names[$0.element.name] == 1)
    }
    return [
      "style": pageStyle, "script": pageScript, "outcome": report.word,
      "state": report.word.lowercased().replacing(" ", with: "-"),
      "title": candidates.count == 1 ? candidates[0].name : "\(candidates.count) candidates",
      "base": report.header.base.name, "storage": report.quantisedBase.map { ", stored as \($0)" } ?? "",
      "provenance": Provenance(report.header).text, "machine": report.header.machine,
      "run": report.header.origin?.run.flatMap { $0.hasPrefix("https://") ? [["address": $0]] : nil } ?? [],
      "summary": candidates.count > 1
        ? [["rows": sections.map(\.summary), "selection": report.header.selection.map { [$0.text] } ?? []]] : [],
      "candidates": sections.map { $0.context(plots) },
      "curves": twice { plots.curves(width: $0) },
      "probabilities": twice { plots.probabilities(width: $0) }, "series": twice { plots.series(width: $0) },
      "history": twice { plots.pastGates(width: $0) },
      "forms": report.header.forms.map { [FormsSection($0).context { $0 }] } ?? [],
      "words": pageWords.map { ["word": $0.word, "meaning": $0.meaning] },
      "facts": report.rows.map { ["name": $0.0, "value": $0.1] },
    ]
  }

  /// The worst first: what fails by what it lost, what is open, what was not judged, what passes.
  private static func rank(_ evidence: CandidateEvidence, _ place: Int) -> (Int, Double, Int) {
    let order =
      switch evidence.verdict.outcome {
      case .fail?: 0
      case .inconclusive?, .uninformative?: 1
      case nil: 2
      case .pass?: 3
      }
    return (order, -(evidence.verdict.overall?.drop ?? 0), place)
  }
}

/// A plot for wide and one for narrow windows; the page shows the one that fits.
func twice(_ plot: (Double) -> String?) -> [[String: String]] {
  guard let wide = plot(VerdictPlots.wide), let narrow = plot(VerdictPlots.narrow) else { return [] }
  return [["wide": wide, "narrow": narrow]]
}

import Diagnostics
import Foundation
import Gating

/// report.csv: a row a candidate, item, k and draw, as RFC 4180 has it.
package struct ItemTable {
  private let candidates: [(path: String, contrasts: [ItemContrast])]

  /// - Parameter candidates: in the order given, each with its questions.
  package init(_ candidates: [(path: String, contrasts: [ItemContrast])]) { self.candidates = candidates }

  package var csv: String {
    let header = [
      "candidate", "task", "family", "item", "block", "k", "draw", "counts", "base_exact_match",
      "candidate_exact_match",
      "base_logprob", "candidate_logprob", "base_choice", "candidate_choice",
    ]
    var rows = [header.joined(separator: ",")]
    for (path, contrasts) in candidates {
      let name = field(path)
      for line in contrasts {
        rows.append(
          [
            name, field(line.task), field(line.family), field(line.item), "\(line.base.block)", "\(line.k)",
            "\(line.base.draw)", line.counts ? "1" : "0", bit(line.base.exactMatch), bit(line.candidate.exactMatch),
            number(line.base.logprob), number(line.candidate.logprob), bit(line.base.choiceCorrect),
            bit(line.candidate.choiceCorrect),
          ].joined(separator: ","))
      }
    }
    return rows.joined(separator: "\r\n") + "\r\n"
  }

  private func bit(_ value: Bool?) -> String { value.map { $0 ? "1" : "0" } ?? "" }

  private func number(_ value: Double?) -> String { value.map { String(format: "%.6f", $0) } ?? "" }

  /// As it is `shown`, an apostrophe before what a spreadsheet would take for a formula, quoted where a reader would take it apart.
  /// Numbers do not come through here: "-0.5" is one.
  private func field(_ text: String) -> String {
    let shown = shown(text)
    let first = shown.unicodeScalars.first { !$0.properties.isWhitespace }
    // Full-width ones are formulas to Excel in East Asia.
    let text = first.map { "=+-@＝＋－＠".unicodeScalars.contains($0) } == true ? "'\(shown)" : shown
    guard text.contains(where: { ",\"".contains($0) }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }
}

import Diagnostics
import Foundation
import Overlap

/// The report for a terminal: findings with the two texts one above the other, then a line a task.
struct OverlapText {
  private let report: OverlapReport
  private let all: Bool

  init(_ report: OverlapReport, all: Bool) { (self.report, self.all) = (report, all) }

  var text: ShownText {
    let found = report.findings.filter { all || $0.severity == .contaminated }
    return (found.flatMap(lines) + tasks + withoutText + [summary]).map { "\($0)\n" }.joined()
  }

  private func lines(_ finding: OverlapFinding) -> [ShownText] {
    let subject = finding.item.map { "\(finding.task), item '\($0)'" } ?? finding.task
    let place = "\(finding.place.file): line \(finding.place.line)"
    let record = finding.place.record.map { ", record \($0)" } ?? ""
    let often = finding.occurrences > 1 ? ", \(finding.occurrences) times in all" : ""
    return [
      "\(finding.severity.rawValue): \(subject): \(finding.check.rawValue) "
        + "(check \(finding.check.number), score \(String(format: "%.2f", finding.score))\(often))",
      "  data   \(onOneLine(finding.dataText))",
      "  suite  \(onOneLine(finding.suiteText))",
      "  at     \(place)\(record)",
      "",
    ]
  }

  private var tasks: [ShownText] {
    let rows = report.tasks.map { task in
      [
        shown(task.task), "\(task.contaminated.count)/\(task.scoredItems)", percent(task.share),
        percent(task.labelSimilarity),
        percent(task.goldShare), percent(task.templateSimilarity), task.votes ? "" : "no vote",
      ]
    }
    let titles = ["task", "dropped", "share", "labels", "gold", "template", ""]
    let widths = titles.indices.map { column in ([titles] + rows).map { $0[column].count }.max() ?? 0 }
    return ([titles] + rows).map { cells in
      var line = cells.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return "\(line)"
    }
  }

  /// Files in which records have no text.
  private var withoutText: [ShownText] {
    report.files.filter { $0.recordsWithoutText > 0 }.map { file in
      let unread = file.unreadRecords > 0 ? ", \(file.unreadRecords) of them token ids or numbers instead" : ""
      return "\(file.path): \(file.recordsWithoutText) of \(file.records) records have no text\(unread)"
    }
  }

  private var summary: ShownText {
    let records = report.files.reduce(0) { $0 + $1.records }
    let warnings = report.findings.count { $0.severity == .warning }
    let items = report.tasks.reduce(0) { $0 + $1.scoredItems }
    let count = report.contaminatedCount
    let hint = warnings > 0 && !all ? ", \(warnings) warnings (--all lists them)" : ""
    let clean = report.obstacle == nil ? "held out" : "nothing found, but not all could be read"
    let verdict = count == 0 ? clean : "\(count) of \(items) items are in the data"
    let votes = report.withoutVote.isEmpty ? "" : "; without a vote: \(report.withoutVote.joined(separator: ", "))"
    return "\(report.suite): \(verdict) (\(records) records in \(report.files.count) files\(hint))\(votes)"
  }

  private func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }

  /// A line break and a tab have signs of their own here: half of all texts hold one.
  private func onOneLine(_ text: String) -> String {
    text.replacing("\n", with: "⏎").replacing("\t", with: " ")
  }
}

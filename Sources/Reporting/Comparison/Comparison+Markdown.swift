import Foundation
import Gating

extension Comparison {
  /// Every pair as Markdown: units, tasks with their p values, and how to read them.
  package func markdown() -> String {
    let facts = [
      ("reference", reference.described),
      ("weights", reference.models.map { String($0.model.weights.prefix(12)) }.joined(separator: ", ")),
      ("numerics", Set(reference.models.map(\.numerics)).sorted().joined(separator: "; ")), ("command", command),
      ("program", createdBy),
    ]
    let heading = """
      # Holdfast compare

      | | |
      |---|---|
      \(facts.map { "| \($0.0) | \(markdownEscaped($0.1)) |" }.joined(separator: "\n"))

      \(markdownEscaped(Self.explanation))
      """
    let forms = forms.map { [FormsSection($0).markdown] } ?? []
    return ([heading] + comparisons.map(section) + forms).joined(separator: "\n\n") + "\n"
  }

  private func section(_ pair: ComparedPair) -> String {
    let units = pair.units.map { unit in
      row(
        unit.level == .overall ? "**overall**" : markdownEscaped(unit.unit), unit.zeroShot, unit.fewShot,
        unit.probability)
    }
    let tasks = pair.tasks.map { task in
      row(markdownEscaped(task.shownName), task.zeroShot, task.fewShot, task.probability)
        + " \(probability(task.fewShot?.pValue)) | \(probability(task.adjustedPValue))\(task.isMarked ? " &#42;" : "") |"
    }
    let words = [pair.sampling, pair.marks, counting(pair), pair.extent].map(markdownEscaped).joined(separator: "\n")
    let notes = pair.notes.map { "\n- \($0.severity.rawValue): \(markdownEscaped($0.text))" }.joined()
    return """
      ## \(markdownEscaped(pair.other.described))

      \(pair.units.isEmpty ? "" : table("unit", [], units) + "\n\n")\(table("task", ["p", "adjusted p"], tasks))

      \(words)\(notes.isEmpty ? "" : "\n" + notes)
      """
  }

  private func table(_ first: String, _ more: [String], _ rows: [String]) -> String {
    let titles = [first, "0-shot", "few-shot", "difference", "95 % interval", "p diff.", "95 % interval"] + more
    let rule = "|---|" + String(repeating: "--:|", count: titles.count - 1)
    return (["| \(titles.joined(separator: " | ")) |", rule] + rows).joined(separator: "\n")
  }

  private func row(
    _ name: String, _ zeroShot: Difference?, _ fewShot: Difference?, _ probability: Difference?
  ) -> String {
    let differences = [fewShot, probability].map { found in
      "\(found.map { points($0.difference) } ?? "-") | \(intervalText(found?.interval, points)) |"
    }
    return "| \(name) | \(change(zeroShot)) | \(change(fewShot)) | \(differences.joined(separator: " "))"
  }

  private func probability(_ value: Double?) -> String { value.map { String(format: "%.2g", $0) } ?? "-" }
}

import Foundation
import Gating

extension ClaimsResult {
  /// README.md: the claims, what each arm cost, and what is not run.
  package func markdown() -> String {
    let tables = ClaimsTables(result: self)
    let heads = tables.forms.map { "asked \($0)" }
    var lines = [
      "# \(markdownEscaped(title))", "",
      "Written by `\(command)`; every figure was measured by it or by the experiments named below. "
        + "[results.json](results.json) holds the table, [index.html](index.html) the same page.", "",
    ]
    lines += table(tables.shortHeadings, tables.shortRows) + [""]
    lines += [
      "| claim | model | \(heads.joined(separator: " | ")) |",
      "|---|---|" + String(repeating: "---|", count: heads.count),
    ]
    for row in tables.claimRows {
      let cells = row.cells.map { cell in
        cell.lines.isEmpty
          ? cell.word : "**\(cell.word)**: " + cell.lines.map(markdownEscaped).joined(separator: "; ")
      }
      lines.append(
        "| \(markdownEscaped(row.claim)) | \(markdownEscaped(row.model)) | \(cells.joined(separator: " | ")) |")
    }
    lines += ["", "![What each recipe cost](plot.svg)", ""] + tables.reading.flatMap { [markdownEscaped($0), ""] }
    for (index, model) in models.enumerated() { lines += section(model, index, tables) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func section(_ model: ModelFound, _ index: Int, _ tables: ClaimsTables) -> [String] {
    var lines = ["## \(markdownEscaped(model.model))", "", "\(facts(of: model)).", ""]
    for form in model.forms {
      lines += ["### Asked \(form.form)", ""]
      lines += table(ClaimsTables.methodHeadings, tables.methodRows(model, form)) + [""]
      lines += table(ClaimsTables.armHeadings, tables.armRows(model, form)) + [""]
    }
    if let change = tables.changeTable(model) {
      lines += ["### Change of weights, % of the base's, by module", ""] + table(change.headings, change.rows) + [""]
    }
    let place = AbilityPlace(model: model, index: index)
    if let rows = place.rows, let words = place.words {
      lines +=
        ["### Where the ability lies", "", markdownEscaped(words), ""] + table(AbilityPlace.headings, rows) + [""]
      if let file = place.mapFile { lines += ["![Layer by module, what of the loss comes back](\(file))", ""] }
    }
    if let sittings = tables.sittings(model) { lines += [markdownEscaped(sittings), ""] }
    return lines
  }

  private func table(_ headings: [String], _ rows: [[String]]) -> [String] {
    guard !rows.isEmpty else { return ["Nothing yet."] }
    return ["| \(headings.joined(separator: " | ")) |", "|" + String(repeating: "---|", count: headings.count)]
      + rows.map { "| \($0.map(markdownEscaped).joined(separator: " | ")) |" }
  }

  /// How a model's experiment was run, in one line.
  func facts(of model: ModelFound) -> String {
    let header = model.experiment.header
    let also = header.also.map { "; \($0.form): share \($0.share), \($0.items) items of \($0.tasks) tasks" } ?? ""
    return
      "\(header.command), \(model.experiment.machines), \(header.kernel), \(header.createdBy), numerics \(header.numerics); "
      + "\(header.suite.name) version \(header.suite.version), share \(header.share), \(header.items) items of \(header.tasks) tasks\(also)"
  }
}

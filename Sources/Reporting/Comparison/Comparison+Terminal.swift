import Diagnostics
import Gating

extension Comparison {
  /// Each pair's units and tasks as plain text without colour.
  package func terminalTable(width: TextWidth = .columns(80)) -> String {
    comparisons.map { pair in
      let heading = ["reference  \(reference.described)", "other      \(pair.other.described)"]
        .map { shortened(shown($0), to: width.tables) + "\n" }.joined()
      let units = pair.units.map { unit in
        cells(
          unit.level == .overall ? unit.unit : "  \(unit.unit)", unit.zeroShot, unit.fewShot, unit.probability,
          isMarked: false)
      }
      let tasks = pair.tasks.map { cells($0.shownName, $0.zeroShot, $0.fewShot, $0.probability, isMarked: $0.isMarked) }
      let words =
        [Self.explanation, pair.sampling, pair.marks, counting(pair), pair.extent]
        + pair.notes.map { "\($0.severity.rawValue): \($0.text)" }
      return heading + "\n" + (units.isEmpty ? "" : grid("unit", units, width) + "\n") + grid("task", tasks, width)
        + "\n"
        + words.map { wrapped($0, width: width.sentences) + "\n" }.joined()
    }.joined(separator: "\n") + (forms.map { FormsSection($0).terminal(width: width) } ?? "")
  }

  private func grid(_ first: String, _ rows: [[String]], _ width: TextWidth) -> String {
    var grid = TextGrid(
      [
        (first, .left), ("0-shot", .right), ("few-shot", .right), ("diff.", .right), ("95 % interval", .right),
        ("p diff.", .right), ("", .left),
      ], spare: ["p diff.", "0-shot", "few-shot"])
    for row in rows { grid.add(row) }
    return grid.text(width: width.tables)
  }

  private func cells(
    _ name: String, _ zeroShot: Difference?, _ fewShot: Difference?, _ probability: Difference?, isMarked: Bool
  ) -> [String] {
    [
      name, change(zeroShot), change(fewShot), fewShot.map { points($0.difference) } ?? "-",
      intervalText(fewShot?.interval, points), probability.map { points($0.difference) } ?? "-", isMarked ? "*" : "",
    ]
  }
}

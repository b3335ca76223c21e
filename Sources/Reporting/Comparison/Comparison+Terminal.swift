import Diagnostics
import Gating

extension Comparison {
  /// Each pair's units and tasks as plain text of at most 80 columns, without colour.
  package func terminalTable() -> String {
    comparisons.map { pair in
      let heading = ["reference  \(reference.described)", "other      \(pair.other.described)"]
        .map { shortened(shown($0), to: 80) + "\n" }.joined()
      let units = pair.units.map { unit in
        cells(
          unit.level == .overall ? unit.unit : "  \(unit.unit)", unit.zeroShot, unit.fewShot, unit.probability,
          isMarked: false)
      }
      let tasks = pair.tasks.map { cells($0.shownName, $0.zeroShot, $0.fewShot, $0.probability, isMarked: $0.isMarked) }
      let words =
        [Self.explanation, pair.sampling, pair.marks, counting(pair), pair.extent]
        + pair.notes.map { "\($0.severity.rawValue): \($0.text)" }
      return heading + "\n" + (units.isEmpty ? "" : grid("unit", units) + "\n") + grid("task", tasks) + "\n"
        + words.map { wrapped($0, width: 80) + "\n" }.joined()
    }.joined(separator: "\n") + (forms.map { FormsSection($0).terminal } ?? "")
  }

  private func grid(_ first: String, _ rows: [[String]]) -> String {
    var grid = TextGrid([
      (first, .left), ("0-shot", .right), ("few-shot", .right), ("diff.", .right), ("95 % interval", .right),
      ("p diff.", .right), ("", .left),
    ])
    for row in rows { grid.add(row) }
    return grid.text(width: 80)
  }

  private func cells(
    _ name: String, _ zeroShot: Difference?, _ fewShot: Difference?, _ probability: Difference?, isMarked: Bool
  ) -> [String] {
    [
      name, change(zeroShot), change(fewShot), fewShot.map { points($0.difference) } ?? "-",
      text(fewShot?.interval, points), probability.map { points($0.difference) } ?? "-", isMarked ? "*" : "",
    ]
  }
}

import Gating

extension ClaimsResult {
  /// Each claim's word on each model, form by form; README.md has the figures.
  package func terminalTable(width: TextWidth = .columns(80)) -> String {
    let tables = ClaimsTables(result: self)
    var grid = TextGrid([("claim", .left), ("model", .left)] + tables.forms.map { ($0, .left) })
    for row in tables.claimRows { grid.add([row.claim, row.model] + row.cells.map(\.word)) }
    return grid.text(width: width.tables)
  }
}

import Diagnostics

/// Columns of plain text for a terminal, as wide as their content allows within a limit.
package struct TextGrid {
  package enum Alignment { case left, right }

  package let columns: [(title: String, alignment: Alignment)]
  /// Titles of columns that a narrow terminal can do without, the first to go first.
  private let spare: [String]
  package private(set) var rows: [[String]] = []

  package init(_ columns: [(title: String, alignment: Alignment)], spare: [String] = []) {
    self.columns = columns
    self.spare = spare
  }

  /// - Parameter cells: one a column; missing ones are empty, surplus ones are left out.
  package mutating func add(_ cells: [String]) {
    rows.append(columns.indices.map { $0 < cells.count ? shown(cells[$0]) : "" })
  }

  /// - Parameter width: columns of the terminal; nil for as many as it takes. Where the rows are wider, spare columns are left out as long as
  ///   the first one would have to be cut to less than `leastName`, then it is cut with "…".
  package func text(width: Int?) -> String {
    let lines = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    var kept = Array(columns.indices)
    func excess() -> Int {
      width.map { kept.reduce(0) { $0 + widths[$1] } + 2 * max(0, kept.count - 1) - $0 } ?? 0
    }
    let name = widths.first ?? 0
    for title in spare where name - excess() < min(name, Self.leastName) {
      kept.removeAll { $0 > 0 && columns[$0].title == title }
    }
    let first = excess() > 0 ? max(4, name - excess()) : name
    return lines.map { cells in line(kept.map { (cells[$0], $0 == 0 ? first : widths[$0], columns[$0].alignment) }) }
      .joined()
  }

  /// Characters by which a name is still known.
  private static let leastName = 14

  private func line(_ cells: [(text: String, width: Int, alignment: Alignment)]) -> String {
    let padded = cells.map { cell in
      let text = shortened(cell.text, to: cell.width)
      let padding = String(repeating: " ", count: cell.width - text.count)
      return cell.alignment == .left ? text + padding : padding + text
    }
    var text = padded.joined(separator: "  ")
    while text.last == " " { text.removeLast() }
    return text + "\n"
  }
}

/// At most `width` characters, the last one "…" where something was cut; all of them where there is no width.
func shortened(_ text: String, to width: Int?) -> String {
  guard let width, text.count > width else { return text }
  return text.prefix(max(0, width - 1)) + "…"
}

/// At most `width` characters of a path, from its end, where paths differ; all of them where there is no width.
func tail(of path: String, _ width: Int?) -> String {
  guard let width, path.count > width else { return path }
  return "…" + path.suffix(max(0, width - 1))
}

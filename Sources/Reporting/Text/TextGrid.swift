import Diagnostics

/// Columns of plain text for a terminal, as wide as their content allows within a limit.
package struct TextGrid {
  package enum Alignment { case left, right }

  package let columns: [(title: String, alignment: Alignment)]
  package private(set) var rows: [[String]] = []

  package init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }

  /// - Parameter cells: one a column; missing ones are empty, surplus ones are left out.
  package mutating func add(_ cells: [String]) {
    rows.append(columns.indices.map { $0 < cells.count ? shown(cells[$0]) : "" })
  }

  /// - Parameter width: columns of the terminal. Where the rows are wider, the first column is cut with "…".
  package func text(width: Int) -> String {
    let titles = columns.map(\.title)
    var widths = columns.indices.map { column in ([titles] + rows).map { $0[column].count }.max() ?? 0 }
    let gaps = 2 * max(0, columns.count - 1)
    let excess = widths.reduce(0, +) + gaps - width
    if excess > 0, let first = widths.first { widths[0] = max(4, first - excess) }
    return ([titles] + rows).map { line($0, widths: widths) }.joined()
  }

  private func line(_ cells: [String], widths: [Int]) -> String {
    let padded = cells.indices.map { column in
      let cell = shortened(cells[column], to: widths[column])
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      return columns[column].alignment == .left ? cell + padding : padding + cell
    }
    var text = padded.joined(separator: "  ")
    while text.last == " " { text.removeLast() }
    return text + "\n"
  }
}

/// At most `width` characters, the last one "…" where something was cut.
func shortened(_ text: String, to width: Int) -> String {
  text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
}

/// A text as it is `shown`, in words on lines of at most `width` characters; a longer word stands alone, and in
/// pieces where it holds escapes, which nobody copies.
func wrapped(_ text: String, width: Int) -> String {
  var lines: [String] = []
  var line = ""
  for word in shown(text).split(separator: " ").flatMap({ pieces($0, of: width) }) {
    if line.isEmpty {
      line = String(word)
    } else if line.count + 1 + word.count <= width {
      line += " " + word
    } else {
      lines.append(line)
      line = String(word)
    }
  }
  // A word that was within the text may begin a line now.
  return (lines + [line]).map { shown($0) }.joined(separator: "\n")
}

private func pieces(_ word: Substring, of width: Int) -> [Substring] {
  guard word.count > width, word.contains(#"\u{"#) else { return [word] }
  var (pieces, rest): ([Substring], Substring) = ([], word)
  while !rest.isEmpty {
    pieces.append(rest.prefix(width))
    rest = rest.dropFirst(width)
  }
  return pieces
}

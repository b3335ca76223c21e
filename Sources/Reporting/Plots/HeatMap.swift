/// Tables of shares whose colour is the stronger the larger they are; each has its number, so that colour says nothing alone.
package struct HeatMap: Sendable {
  /// A value of one cell; nil where there is none.
  package struct Cell: Sendable, Hashable {
    /// As a fraction of 1; shown in percent.
    package let share: Double
    /// All that is known of it.
    package let tooltip: String

    package init(share: Double, tooltip: String) {
      self.share = share
      self.tooltip = tooltip
    }
  }

  /// One table; all of a map have the same rows and columns.
  package struct Panel: Sendable, Hashable {
    package let title: String
    /// One a row, then one a column.
    package let cells: [[Cell?]]

    package init(title: String, cells: [[Cell?]]) {
      self.title = title
      self.cells = cells
    }
  }

  package let title: String
  package let subtitle: String?
  package let rowsTitle: String
  package let rows: [String]
  package let columns: [String]
  package let panels: [Panel]
  /// In units of the view box; the height follows from the rows. Panels stand beside each other where there is room.
  package let width: Double

  package init(
    title: String, subtitle: String? = nil, rowsTitle: String, rows: [String], columns: [String], panels: [Panel],
    width: Double = 880
  ) {
    self.title = title
    self.subtitle = subtitle
    self.rowsTitle = rowsTitle
    self.rows = rows
    self.columns = columns
    self.panels = panels
    self.width = width.isFinite ? min(max(width, 320), 4000) : 880
  }

  /// The plot as a self-contained SVG; the same plot gives the same bytes.
  ///
  /// - Parameter idPrefix: different for every plot on a page.
  package func svg(idPrefix: String) -> String { document.svg(idPrefix: idPrefix) }

  private static let margin = 16.0
  private static let gap = 24.0
  private static let row = 21.0
  /// Of the strongest colour: numbers stay readable on it.
  private static let opacity = 0.6

  private var document: PlotDocument {
    let heading = PlotHeading(
      title: title, subtitle: subtitle, x: Self.margin, y: Self.margin, width: width - 2 * Self.margin)
    let isWide = width >= 700
    let across = isWide ? max(1, panels.count) : 1
    let panelWidth = (width - 2 * Self.margin - Double(across - 1) * Self.gap) / Double(across)
    let panelHeight = 2 * PlotText.lineHeight + Double(rows.count) * Self.row + Self.gap
    var content = heading.elements
    for (index, panel) in panels.enumerated() {
      content += elements(
        of: panel, x: Self.margin + Double(index % across) * (panelWidth + Self.gap),
        y: heading.bottom + Double(index / across) * panelHeight, width: panelWidth)
    }
    let lines = Double((panels.count + across - 1) / across)
    return PlotDocument(
      width: width, height: heading.bottom + lines * panelHeight + Self.margin, title: title, description: description,
      content: content)
  }

  private func elements(of panel: Panel, x: Double, y: Double, width: Double) -> [SVGElement] {
    let labels = (rows + [rowsTitle]).map { PlotText.width($0, size: PlotText.small) }.max() ?? 0
    let left = x + labels + 8
    let cell = (x + width - left) / Double(max(1, columns.count))
    let top = y + 2 * PlotText.lineHeight
    var elements: [SVGElement] = [
      .label(
        "heading", PlotText.cut(panel.title, to: width, size: PlotText.body, isBold: true), x: x,
        y: y + PlotText.lineHeight - 4),
      .label("muted", rowsTitle, x: left - 8, y: top - 5, anchor: .end),
    ]
    for (column, name) in columns.enumerated() {
      elements.append(
        .label(
          "muted", PlotText.cut(name, to: cell, size: PlotText.small), x: left + (Double(column) + 0.5) * cell,
          y: top - 5, anchor: .middle, tooltip: name))
    }
    for (index, name) in rows.enumerated() {
      let begin = top + Double(index) * Self.row
      elements.append(.label("muted", name, x: left - 8, y: begin + 16, anchor: .end))
      guard panel.cells.indices.contains(index) else { continue }
      for (column, value) in panel.cells[index].prefix(columns.count).enumerated() {
        guard let value, value.share.isFinite else { continue }
        elements.append(self.cell(value, x: left + Double(column) * cell, y: begin, width: cell))
      }
    }
    return elements
  }

  private func cell(_ cell: Cell, x: Double, y: Double, width: Double) -> SVGElement {
    let shade = largest > 0 ? Self.opacity * abs(cell.share) / largest : 0
    // What is below 0 has its minus beside the other colour.
    let colour = SeriesStyle(cell.share < 0 ? 1 : 0).colourClass
    return SVGElement(
      "g",
      children: [
        SVGElement("title", text: cell.tooltip),
        SVGElement(
          "rect",
          [
            "class": "marker \(colour)", "x": coordinate(x), "y": coordinate(y), "width": coordinate(width),
            "height": coordinate(Self.row), "fill-opacity": fixedDecimals(shade, 3),
          ]),
        .label("", number(cell.share), x: x + width / 2, y: y + 16, anchor: .middle),
      ])
  }

  /// In percent, with a decimal as long as there is room for it.
  private func number(_ share: Double) -> String { fixedDecimals(share * 100, abs(share) < 0.9995 ? 1 : 0) }

  private var largest: Double {
    panels.flatMap(\.cells).joined().compactMap { $0 }.map { abs($0.share) }.filter(\.isFinite).max() ?? 0
  }

  /// What the plot shows, in words and numbers.
  private var description: String {
    let sentences = panels.map { panel in
      let most = panel.cells.joined().compactMap { $0 }.enumerated().filter { $0.element.share.isFinite }
        .sorted { ($1.element.share, $0.offset) < ($0.element.share, $1.offset) }.prefix(5).map(\.element.tooltip)
      return "\(panel.title): \(rows.count) rows by \(columns.count) columns; the largest are "
        + most.joined(separator: "; ") + "."
    }
    return sentences.joined(separator: " ")
  }
}

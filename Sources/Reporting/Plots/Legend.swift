/// Which line is whose: a column to the right of the plot, or columns below it.
struct Legend: Sendable {
  /// Where a legend stands.
  enum Place: Sendable, Hashable {
    case right, below
  }

  let entries: [(style: SeriesStyle, name: String)]
  let place: Place
  /// Of the whole legend, in units of the view box.
  let width: Double
  let height: Double
  private let columns: Int
  private let columnWidth: Double

  private static let swatch = 34.0
  private static let gap = 20.0
  private static let row = PlotText.lineHeight

  /// - Parameters:
  ///   - width: of the picture, without its margins.
  ///   - height: of the plot area, beside which a column must fit.
  ///   - place: nil for wherever it takes less from the plot.
  init(entries: [(style: SeriesStyle, name: String)], width available: Double, height: Double, place: Place? = nil) {
    let widest = entries.map { PlotText.width($0.name, size: PlotText.small) }.max() ?? 0
    let natural = Self.swatch + widest
    let isSmall = natural <= available * 0.32 && Double(entries.count) * Self.row <= height
    self.entries = entries
    self.place = place ?? (isSmall ? .right : .below)
    if self.place == .right {
      columns = 1
      columnWidth = min(natural, available * 0.5)
      self.width = columnWidth
    } else {
      columns = max(1, min(entries.count, Int((available + Self.gap) / (natural + Self.gap))))
      columnWidth = (available + Self.gap) / Double(columns) - Self.gap
      self.width = available
    }
    self.height = entries.isEmpty ? 0 : Double((entries.count + columns - 1) / columns) * Self.row
  }

  /// - Parameters:
  ///   - x: the left edge.
  ///   - y: the upper edge.
  func elements(x: Double, y: Double) -> [SVGElement] {
    let rows = max(1, (entries.count + columns - 1) / columns)
    return entries.enumerated().map { index, entry in
      let left = x + Double(index / rows) * (columnWidth + Self.gap)
      let middle = y + (Double(index % rows) + 0.5) * Self.row
      let name = PlotText.cut(entry.name, to: columnWidth - Self.swatch, size: PlotText.small)
      return .group(
        entry.style.colourClass,
        [
          SVGElement(
            "polyline",
            [
              "class": "line",
              "points": "\(coordinate(left)),\(coordinate(middle)) "
                + "\(coordinate(left + 27)),\(coordinate(middle))", "stroke-dasharray": entry.style.dash,
            ]),
          entry.style.marker.element(x: left + 13.5, y: middle, radius: 4.5, style: "marker"),
          .label(
            "entry", name, x: left + Self.swatch, y: middle + 5, tooltip: name == entry.name ? nil : entry.name),
        ])
    }
  }
}

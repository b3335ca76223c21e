/// Where everything in a forest plot stands: labels, the plot area, numbers and a glyph for the verdict, in this order
/// across.
struct ForestLayout {
  /// A heading or a row, with its vertical extent.
  private struct Line {
    let heading: String?
    let row: ForestPlot.Row?
    let isUnderHeading: Bool
    let top: Double
    let bottom: Double

    /// Where marks are: beside the text, or in the lower half of a stacked row.
    let middle: Double
    let baseline: Double
  }

  private let plot: ForestPlot
  private let heading: [SVGElement]
  private let lines: [Line]
  private let axis: LaidOutAxis
  private let area: PlotBox
  /// Right edge of the numbers.
  private let numbersRight: Double
  private let numbersWidth: Double

  /// On a narrow picture each row's marks stand below its text, over the whole width.
  private let isStacked: Bool

  private static let margin = 16.0
  private static let indent = 14.0

  init(_ plot: ForestPlot) {
    self.plot = plot
    let (margin, inner) = (Self.margin, plot.width - 2 * Self.margin)
    let head = PlotHeading(title: plot.title, subtitle: plot.subtitle, x: margin, y: margin, width: inner)
    heading = head.elements
    let texts = plot.rows.map(plot.numbers) + [plot.numbersTitle]
    let numbers = texts.map { PlotText.width($0, size: PlotText.small, isBold: true) }.max() ?? 0
    let isStacked = plot.width < 520
    self.isStacked = isStacked
    numbersWidth = min(numbers, inner * (isStacked ? 0.5 : 0.38))
    numbersRight = plot.width - margin - 26
    let names = plot.rows.map { PlotText.width($0.label, size: PlotText.small, isBold: $0.kind != .task) }.max() ?? 0
    let left = margin + (isStacked ? 0 : min(names + Self.indent, inner * 0.3) + 12)

    let top = head.bottom + 26
    var lines: [Line] = []
    var y = top
    func add(heading: String? = nil, row: ForestPlot.Row? = nil, isUnderHeading: Bool = false, height: Double) {
      let marks = isStacked && row != nil ? 18.0 : 0
      let middle = y + (marks > 0 ? height + marks / 2 - 2 : height / 2)
      lines.append(
        Line(
          heading: heading, row: row, isUnderHeading: isUnderHeading, top: y, bottom: y + height + marks,
          middle: middle, baseline: y + height / 2 + 5))
      y += height + marks
    }
    for group in plot.groups {
      if let heading = group.heading { add(heading: heading, height: 26) }
      for row in group.rows {
        add(row: row, isUnderHeading: group.heading != nil, height: row.kind == .overall ? 30 : 22)
      }
    }
    if lines.isEmpty { y += 60 }
    self.lines = lines
    let right = isStacked ? plot.width - margin : max(left + 60, numbersRight - numbersWidth - 14)
    area = PlotBox(left: left, top: top, right: right, bottom: y + 4)
    let limits = plot.limits
    let clamp: (Double) -> Double = { value in limits.map { min(max(value, $0.low), $0.high) } ?? value }
    let values = plot.rows.flatMap { row -> [Double?] in
      let interval = row.interval.flatMap { plot.axis.canShow($0) ? $0 : nil }
      return [row.estimate, row.margin, interval?.low, interval?.high]
    }
    let shown = values.compactMap { $0 }.filter(plot.axis.canShow).map(clamp)
    let few = LaidOutAxis(plot.axis, values: shown, from: 0, to: 1, count: 4)
    let count = min(9, max(2, Int((right - left) / (few.tickWidth + 24))))
    axis = LaidOutAxis(plot.axis, values: shown, from: left + 8, to: right - 8, count: count, limits: limits)
  }

  var document: PlotDocument {
    let key = ForestKey(plot: plot, x: Self.margin, y: area.bottom + 56, width: plot.width - 2 * Self.margin)
    var content = heading + bands + scale + margins
    content += lines.flatMap { line in line.row.map { row(line, $0) } ?? [] }
    if lines.isEmpty {
      let (x, y) = ((area.left + area.right) / 2, (area.top + area.bottom) / 2)
      content.append(.label("muted", "no data", x: x, y: y, anchor: .middle))
    }
    return PlotDocument(
      width: plot.width, height: key.bottom + Self.margin - 6, title: plot.title, description: plot.description,
      content: content + key.elements)
  }

  private var bands: [SVGElement] {
    lines.enumerated().flatMap { index, line -> [SVGElement] in
      // Rows without a heading after rows with one would seem to belong to them.
      if line.row != nil, !line.isUnderHeading, index > 0, lines[index - 1].isUnderHeading {
        let right = plot.width - Self.margin + 6
        return [.line("frame", from: (Self.margin - 6, line.top), to: (right, line.top))]
      }
      guard let heading = line.heading else { return [] }
      let room = plot.width - 2 * Self.margin
      let band = SVGElement(
        "rect",
        [
          "class": "band", "x": coordinate(Self.margin - 6), "y": coordinate(line.top + 2),
          "width": coordinate(room + 12), "height": coordinate(line.bottom - line.top - 4), "rx": "4",
        ])
      let text = PlotText.cut(heading, to: room, size: PlotText.body, isBold: true)
      return [
        band, .label("heading", text, x: Self.margin, y: line.baseline, tooltip: text == heading ? nil : heading),
      ]
    }
  }

  private var scale: [SVGElement] {
    var elements: [SVGElement] = []
    // Far from the lower axis a reader needs an upper one.
    let baselines = [area.bottom + 19] + (lines.count > 14 && !isStacked ? [area.top - 8] : [])
    var free = -Double.infinity
    for tick in axis.ticks {
      let at = axis.position(tick.value)
      let style = tick.value == 0 ? "frame" : "grid"
      elements.append(.line(style, from: (at, area.top), to: (at, area.bottom)))
      let half = PlotText.width(tick.text, size: PlotText.small) / 2
      let centre = min(max(at, half + 4), plot.width - 4 - half)
      if centre - half < free { continue }
      free = centre + half + 6
      elements += baselines.map { .label("muted", tick.text, x: centre, y: $0, anchor: .middle) }
    }
    elements.append(.line("frame", from: (area.left, area.bottom), to: (area.right, area.bottom)))
    let room = plot.width - 2 * Self.margin
    let title = PlotText.cut(plot.axis.title, to: room, size: PlotText.body, isBold: true)
    // Centred under the axis, unless it is too long for that.
    let half = PlotText.width(title, size: PlotText.body, isBold: true) / 2
    let x = min(max((area.left + area.right) / 2, Self.margin + half), plot.width - Self.margin - half)
    elements.append(.label("axis-title", title, x: x, y: area.bottom + 43, anchor: .middle))
    let numbers = PlotText.cut(plot.numbersTitle, to: numbersWidth, size: PlotText.small)
    elements.append(.label("muted", numbers, x: numbersRight, y: area.top - 8, anchor: .end))
    return elements
  }

  private var marks: ForestMarks { ForestMarks(plot: plot, axis: axis) }

  /// One line over all neighbouring rows that share a margin, headings between them included; where
  /// marks stand below their text, one a row beside its mark.
  private var margins: [SVGElement] {
    var runs: [(margin: Double, top: Double, bottom: Double)] = []
    for line in lines {
      guard let margin = line.row?.margin, axis.axis.canShow(margin) else { continue }
      if isStacked {
        runs.append((margin, line.middle - 10, line.middle + 10))
      } else if let last = runs.last, last.margin == margin, !hasOther(than: margin, from: last.bottom, to: line.top) {
        runs[runs.count - 1].bottom = line.bottom
      } else {
        runs.append((margin, line.top, line.bottom))
      }
    }
    return runs.map { run in
      let at = axis.position(marks.clamped(run.margin).value)
      return .line("margin", from: (at, run.top + 1), to: (at, run.bottom - 1))
    }
  }

  private func hasOther(than margin: Double, from top: Double, to bottom: Double) -> Bool {
    lines.contains { $0.row != nil && $0.row?.margin != margin && $0.top >= top && $0.bottom <= bottom }
  }

  private func row(_ line: Line, _ row: ForestPlot.Row) -> [SVGElement] {
    let isStrong = row.kind != .task
    let weight = (isStrong ? "strong" : row.state == .uninformative ? "muted" : "entry") + " on-plot"
    let indent = line.isUnderHeading && !isStrong ? Self.indent : 0
    let room = (isStacked ? numbersRight - numbersWidth : area.left) - 8 - Self.margin - indent
    let name = PlotText.cut(row.label, to: room, size: PlotText.small, isBold: isStrong)
    let numbers = plot.numbers(row)
    let shown = PlotText.cut(numbers, to: numbersWidth, size: PlotText.small, isBold: isStrong)
    let glyph =
      plot.isJudged ? [StateGlyph(state: row.state).element(x: plot.width - Self.margin - 8, y: line.baseline - 5)] : []
    return [
      .label(
        weight, name, x: Self.margin + indent, y: line.baseline, tooltip: name == row.label ? nil : row.label),
      .group(row.state.rawValue, marks.elements(row, y: line.middle) + glyph),
      .label(
        weight, shown, x: numbersRight, y: line.baseline, anchor: .end, tooltip: shown == numbers ? nil : numbers),
    ]
  }
}

/// Where everything in a curve plot stands: first the room that texts around the plot area need, then the axes, then
/// the data, then the texts on the data, which go where they disturb least.
struct CurveLayout {
  private let plot: CurvePlot
  private let series: [CurvePlot.Series]
  private let references: [CurvePlot.Reference]
  private let legend: Legend
  private let x: LaidOutAxis
  private let y: LaidOutAxis
  private let area: PlotBox
  private let heading: [SVGElement]
  private let legendTop: Double
  private let foot: Double
  private let flags: [ReferenceFlag]
  /// Where texts on the data may stand: the area and, where all curves end at its right edge, a strip beside it.
  private let textArea: PlotBox

  private static let margin = 16.0
  /// Between the plot area's edge and the outermost values, so that no marker is cut.
  private static let inset = 12.0

  init(_ plot: CurvePlot) {
    self.plot = plot
    series = plot.drawable
    references = plot.drawableReferences
    let margin = Self.margin
    let inner = plot.width - 2 * margin
    let areaHeight = min(440, max(260, inner * 0.52))
    let head = PlotHeading(title: plot.title, subtitle: plot.subtitle, x: margin, y: margin, width: inner)
    heading = head.elements
    let entries = series.enumerated().map { (SeriesStyle($0.element.style ?? $0.offset), $0.element.name) }
    let strip = Self.strip(plot, series)
    legend = Legend(entries: entries, width: inner, height: areaHeight, place: strip > 0 ? .below : nil)

    let points = series.flatMap(\.points)
    let lines = references.filter { $0.direction == .horizontal }.map(\.value)
    let heights = points.flatMap { [$0.y] + ($0.yInterval.map { [$0.low, $0.high] } ?? []) } + lines
    let probe = LaidOutAxis(plot.y, values: heights, from: 1, to: 0, count: 8)
    let left = margin + 22 + probe.tickWidth + 10
    let isBeside = legend.place == .right && !legend.entries.isEmpty
    let right = plot.width - margin - (isBeside ? legend.width + 18 : strip)

    let uprights = references.filter { $0.direction == .vertical }
    let widths = points.flatMap { [$0.x] + ($0.xInterval.map { [$0.low, $0.high] } ?? []) } + uprights.map(\.value)
    let few = LaidOutAxis(plot.x, values: widths, from: 0, to: 1, count: 4)
    let count = min(8, max(2, Int((right - left) / (few.tickWidth + 40))))
    x = LaidOutAxis(plot.x, values: widths, from: left + Self.inset, to: right - Self.inset, count: count)
    flags = ReferenceFlag.flags(uprights.map { [x] in ($0.label, x.position($0.value)) }, left: left, right: right)
    let rows = Double((flags.map(\.row).max() ?? -1) + 1)
    let top = head.bottom + (rows > 0 ? rows * PlotText.lineHeight + 4 : 6)
    area = PlotBox(left: left, top: top, right: right, bottom: top + areaHeight)
    y = LaidOutAxis(plot.y, values: heights, from: area.bottom - Self.inset, to: top + Self.inset, count: 8)
    textArea = PlotBox(left: left, top: top, right: right + strip, bottom: area.bottom)
    foot = area.bottom + 48
    legendTop = isBeside ? top : foot + 8
  }

  var document: PlotDocument {
    var content = heading + axes
    let data = CurveMarks(plot: plot, series: series, x: x, y: y, area: area, textArea: textArea)
    var placer = LabelPlacer(bounds: textArea)
    data.reserve(in: &placer)
    content += lines(&placer)
    content += data.elements
    let names = data.names(&placer)
    content += names.elements + data.labels(&placer)
    if series.allSatisfy(\.points.isEmpty) {
      content.append(
        .label(
          "muted", "no data", x: (area.left + area.right) / 2, y: (area.top + area.bottom) / 2, anchor: .middle))
    }
    // A legend below a plot that names all its curves in full would say it twice.
    let isNeeded = legend.place == .right || !names.isComplete
    if isNeeded {
      content += legend.elements(x: legend.place == .right ? area.right + 18 : Self.margin, y: legendTop)
    }
    let height = max(foot, isNeeded ? legendTop + legend.height : 0) + Self.margin - 4
    return PlotDocument(
      width: plot.width, height: height, title: plot.title, description: plot.description, content: content)
  }

  private var axes: [SVGElement] {
    var elements: [SVGElement] = []
    for tick in y.ticks {
      let at = y.position(tick.value)
      elements.append(.line("grid", from: (area.left, at), to: (area.right, at)))
      elements.append(.label("muted", tick.text, x: area.left - 8, y: at + 5, anchor: .end))
    }
    var free = -Double.infinity
    for tick in x.ticks {
      let at = x.position(tick.value)
      elements.append(.line("grid", from: (at, area.top), to: (at, area.bottom)))
      let half = PlotText.width(tick.text, size: PlotText.small) / 2
      let centre = min(at, plot.width - 4 - half)
      // Given ticks may be too close to be all written.
      if centre - half < free { continue }
      free = centre + half + 6
      elements.append(.label("muted", tick.text, x: centre, y: area.bottom + 19, anchor: .middle))
    }
    elements.append(.line("frame", from: (area.left, area.bottom), to: (area.right, area.bottom)))
    let across = PlotText.cut(plot.x.title, to: area.right - area.left, size: PlotText.body, isBold: true)
    let centre = (area.left + area.right) / 2
    elements.append(.label("axis-title", across, x: centre, y: area.bottom + 43, anchor: .middle))
    let up = PlotText.cut(plot.y.title, to: area.bottom - area.top, size: PlotText.body, isBold: true)
    let middle = coordinate((area.top + area.bottom) / 2)
    elements.append(
      SVGElement(
        "text",
        [
          "class": "axis-title", "text-anchor": "middle",
          "transform": "translate(\(coordinate(Self.margin + 13)) \(middle)) rotate(-90)",
        ], text: up))
    return elements
  }

  private func lines(_ placer: inout LabelPlacer) -> [SVGElement] {
    var elements: [SVGElement] = []
    // A text above the area may stand on another line's way: all texts come after all lines.
    var texts: [SVGElement] = []
    var flag = flags.makeIterator()
    for reference in references {
      let style = reference.isAlarm ? "reference alarm" : "reference"
      let words = reference.isAlarm ? "alarm-text strong" : "muted"
      if reference.direction == .vertical {
        let at = x.position(reference.value)
        guard let flag = flag.next() else { continue }
        let base = area.top - 6 - Double(flag.row) * PlotText.lineHeight
        elements.append(.line(style, from: (at, base - 12), to: (at, area.bottom)))
        texts.append(
          .label(
            words + " on-plot", flag.text, x: flag.x, y: base, anchor: flag.anchor,
            tooltip: flag.text == reference.label ? nil : reference.label))
      } else {
        let at = y.position(reference.value)
        elements.append(.line(style, from: (area.left, at), to: (area.right, at)))
        let text = PlotText.cut(reference.label, to: (area.right - area.left) * 0.7, size: PlotText.small)
        let width = PlotText.width(text, size: PlotText.small)
        let lefts = [area.right - width - 6, area.left + 6] + (1...8).map { area.left + 6 + Double($0) * 60 }
        let boxes = [at - 20, at + 3].flatMap { top in
          lefts.map { PlotBox(left: $0, top: top, right: $0 + width, bottom: top + 17) }
        }
        guard let index = placer.place(boxes) else { continue }
        let (left, baseline) = (boxes[index].left, boxes[index].top + 13)
        texts.append(
          .label(
            words + " on-plot", text, x: left, y: baseline, tooltip: text == reference.label ? nil : reference.label))
      }
    }
    return elements + texts
  }

  /// The width of a strip for names to the right of the plot area: none unless they are wanted and all curves end
  /// there.
  private static func strip(_ plot: CurvePlot, _ series: [CurvePlot.Series]) -> Double {
    let ends = series.compactMap { $0.points.last?.x }
    let most = series.flatMap { $0.points.map(\.x) }.max()
    guard plot.namesAtEnds, !ends.isEmpty, ends.allSatisfy({ $0 == most }) else { return 0 }
    let widest = series.map { PlotText.width($0.name, size: PlotText.small) }.max() ?? 0
    return min(widest + 6, plot.width * 0.36)
  }
}

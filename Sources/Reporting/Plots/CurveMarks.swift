/// The data of a curve plot: intervals, lines, markers, and texts beside them.
struct CurveMarks {
  let plot: CurvePlot
  let series: [CurvePlot.Series]
  let x: LaidOutAxis
  let y: LaidOutAxis
  let area: PlotBox
  /// The plot area, and the strip for names beside it.
  let textArea: PlotBox

  private typealias Position = (x: Double, y: Double)

  private static let radius = 5.0

  private func position(_ point: CurvePlot.Point) -> Position { (x.position(point.x), y.position(point.y)) }

  private func style(_ index: Int) -> SeriesStyle { SeriesStyle(series[index].style ?? index) }

  /// Ends of a point's intervals.
  private func bars(_ point: CurvePlot.Point) -> [(from: Position, to: Position)] {
    let at = position(point)
    let across = point.xInterval.map { (from: (x.position($0.low), at.y), to: (x.position($0.high), at.y)) }
    let up = point.yInterval.map { (from: (at.x, y.position($0.low)), to: (at.x, y.position($0.high))) }
    return [across, up].compactMap { $0 }
  }

  /// All intervals first, then lines, then markers: nothing hides a measurement.
  var elements: [SVGElement] {
    let intervals = series.indices.map { index in
      SVGElement.group(
        style(index).colourClass,
        series[index].points.flatMap(bars).map { .line("interval faint", from: $0.from, to: $0.to) })
    }
    let lines = series.indices.map { index in
      let points = series[index].points.map(position).map { coordinate($0.x) + "," + coordinate($0.y) }
      return SVGElement.group(
        style(index).colourClass,
        points.count < 2
          ? []
          : [
            SVGElement(
              "polyline",
              [
                "class": "line", "points": points.joined(separator: " "), "stroke-dasharray": style(index).dash,
              ])
          ])
    }
    let markers = series.indices.map { index in
      SVGElement.group(
        style(index).colourClass,
        series[index].points.map { point in
          let at = position(point)
          return style(index).marker.element(
            x: at.x, y: at.y, radius: Self.radius, style: "marker",
            tooltip: series[index].name + " " + plot.text(point))
        })
    }
    return (intervals + lines + markers).filter { !$0.children.isEmpty }
  }

  /// Tells the placer where the data is.
  func reserve(in placer: inout LabelPlacer) {
    for series in series {
      let positions = series.points.map(position)
      for at in positions { placer.keepFree(PlotBox(around: at, reach: Self.radius + 2)) }
      for (start, end) in zip(positions, positions.dropFirst()) { placer.avoidLine(from: start, to: end) }
      for bar in series.points.flatMap(bars) { placer.avoidLine(from: bar.from, to: bar.to) }
    }
  }

  /// Names at the last points as far as there is room, and whether all series have theirs, uncut.
  func names(_ placer: inout LabelPlacer) -> (elements: [SVGElement], isComplete: Bool) {
    guard plot.namesAtEnds else { return ([], false) }
    var elements: [SVGElement] = []
    var isComplete = true
    // From the top down: where names are pushed away from their points, they keep the points' order.
    let order = series.indices.sorted { (endHeight($0), $0) < (endHeight($1), $1) }
    for index in order {
      guard let last = series[index].points.last else {
        isComplete = false
        continue
      }
      let name = series[index].name
      let words = label(name, at: position(last), style: style(index), isInStrip: strip > 0, &placer)
      elements += words
      isComplete = isComplete && !words.isEmpty && fitting(name) == name
    }
    return (elements, isComplete)
  }

  private func endHeight(_ index: Int) -> Double { series[index].points.last.map { y.position($0.y) } ?? 0 }

  private var strip: Double { textArea.right - area.right }

  private func fitting(_ text: String) -> String {
    PlotText.cut(text, to: max((area.right - area.left) * 0.4, strip - 5), size: PlotText.small)
  }

  /// The points' own labels, as far as there is room.
  func labels(_ placer: inout LabelPlacer) -> [SVGElement] {
    var elements: [SVGElement] = []
    for index in series.indices {
      for point in series[index].points {
        guard let text = point.label else { continue }
        elements += label(text, at: position(point), style: style(index), &placer)
      }
    }
    return elements
  }

  private func label(
    _ text: String, at: Position, style: SeriesStyle, isInStrip: Bool = false, _ placer: inout LabelPlacer
  ) -> [SVGElement] {
    let shown = fitting(text)
    let width = PlotText.width(shown, size: PlotText.small)
    let boxes =
      isInStrip
      ? LabelPlacer.boxes(rightOf: (area.right, at.y), width: width, height: 16)
      : LabelPlacer.boxes(around: at, width: width, height: 16)
    guard !shown.isEmpty, let index = placer.place(boxes) else { return [] }
    let box = boxes[index]
    // Text is anchored at the side that faces its marker: real widths are smaller than reserved ones.
    let anchor: TextAnchor = box.left > at.x ? .start : box.right < at.x ? .end : .middle
    let x = anchor == .start ? box.left : anchor == .end ? box.right : (box.left + box.right) / 2
    let words = SVGElement.label("on-plot", shown, x: x, y: box.top + 12.5, anchor: anchor)
    // The first places touch the marker; from further away a thin line leads to it.
    if index < (isInStrip ? 3 : 8) { return [words] }
    if isInStrip {
      return [.group(style.colourClass, [.line("leader", from: at, to: (x - 2, (box.top + box.bottom) / 2))]), words]
    }
    let y = box.top > at.y ? box.top + 1 : box.bottom < at.y ? box.bottom - 1 : (box.top + box.bottom) / 2
    return [.group(style.colourClass, [.line("leader", from: at, to: (x, y))]), words]
  }
}

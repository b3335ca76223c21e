/// The data of a forest plot: a mark with its interval for each row, arrows where they go beyond the limits.
struct ForestMarks {
  let plot: ForestPlot
  let axis: LaidOutAxis

  /// The nearest value within the plot's limits.
  func clamped(_ value: Double) -> (value: Double, isOut: Bool) {
    guard let limits = plot.limits else { return (value, false) }
    return (min(max(value, limits.low), limits.high), value < limits.low || value > limits.high)
  }

  /// - Parameter y: of the row's middle.
  func elements(_ row: ForestPlot.Row, y: Double) -> [SVGElement] {
    var elements: [SVGElement] = []
    let weight = row.kind == .task ? "interval" : "interval weighty"
    if let interval = row.interval, axis.axis.canShow(interval) {
      let (low, high) = (clamped(interval.low), clamped(interval.high))
      let (left, right) = (axis.position(low.value), axis.position(high.value))
      // An interval wholly beyond a limit is a short arrow at that limit.
      let isGone = low.value == high.value && low.isOut && high.isOut
      let isLow = isGone && interval.high < low.value
      let tail = isGone ? (isLow ? 12.0 : -12) : 0
      elements.append(.line(weight, from: (left, y), to: (right + tail, y)))
      let ends = [(left, low.isOut && (!isGone || isLow), 6.0), (right, high.isOut && (!isGone || !isLow), -6.0)]
      for (end, isOut, inward) in ends where isOut {
        let points = [(end + inward, y - 4), (end, y), (end + inward, y + 4)]
        let text = points.map { coordinate($0.0) + "," + coordinate($0.1) }.joined(separator: " ")
        elements.append(SVGElement("polyline", ["class": weight, "points": text]))
      }
    }
    guard let estimate = row.estimate, axis.axis.canShow(estimate), !clamped(estimate).isOut else { return elements }
    elements.append(
      StateGlyph(state: row.state).mark(
        row.kind, x: axis.position(estimate), y: y,
        tooltip: "\(row.label): \(plot.numbers(row))\(plot.isJudged ? ", \(row.state.word)" : "")"
      ))
    return elements
  }
}

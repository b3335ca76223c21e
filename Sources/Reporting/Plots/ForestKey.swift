/// What marks and glyphs of a forest plot mean: only those that occur.
struct ForestKey {
  private(set) var elements: [SVGElement] = []
  /// Where the picture may end.
  private(set) var bottom: Double

  /// - Parameters:
  ///   - x: the left edge.
  ///   - y: the upper edge.
  init(plot: ForestPlot, x: Double, y: Double, width: Double) {
    bottom = y
    guard plot.isJudged else { return }
    var left = x
    func next(_ text: String, symbol: (_ x: Double, _ y: Double) -> SVGElement) {
      let needed = 26 + PlotText.width(text, size: PlotText.small) + 14
      if left > x && left + needed > x + width {
        left = x
        bottom += PlotText.lineHeight
      }
      elements.append(symbol(left + 9, bottom + 10))
      elements.append(.label("muted", text, x: left + 24, y: bottom + 15))
      left += needed
    }
    for state in PlotState.allCases where plot.rows.contains(where: { $0.state == state }) {
      next(state.word) { .group(state.rawValue, [StateGlyph(state: state).element(x: $0, y: $1)]) }
    }
    let kinds: [(ForestPlot.Kind, String)] = [(.task, "task"), (.family, "family"), (.overall, "overall")]
    for (kind, name) in kinds where plot.rows.contains(where: { $0.kind == kind }) {
      next(name) { .group("c6", [StateGlyph(state: .pass).mark(kind, x: $0, y: $1)]) }
    }
    if plot.rows.contains(where: { $0.margin.map(plot.axis.canShow) ?? false }) {
      next("margin") { .line("margin", from: ($0, $1 - 9), to: ($0, $1 + 9)) }
    }
    if !elements.isEmpty { bottom += PlotText.lineHeight }
  }
}

/// How a verdict looks without colour: a tick, a cross, a question mark, a dash; and a filled or an open mark.
struct StateGlyph {
  let state: PlotState

  /// - Parameters:
  ///   - x: of its centre.
  ///   - y: of its centre.
  func element(x: Double, y: Double) -> SVGElement {
    let path =
      switch state {
      case .pass: "M-5 0 L-1.5 4 L5 -4.5"
      case .fail: "M-4.5 -4.5 L4.5 4.5 M4.5 -4.5 L-4.5 4.5"
      case .inconclusive: "M-3 -3 C-3 -7 3.5 -7 3.5 -3 C3.5 -0.5 0 -0.5 0 2 M0 5.5 L0 5.6"
      case .uninformative: "M-4.5 0 L4.5 0"
      case .silent: "M-1 0 L1 0"
      }
    return SVGElement(
      "path", ["class": "glyph", "d": path, "transform": "translate(\(coordinate(x)) \(coordinate(y)))"],
      children: [SVGElement("title", text: state.word)])
  }

  /// The mark of an estimate: a circle for a task, a square for a family, a diamond for all; open where nothing was
  /// decided.
  func mark(_ kind: ForestPlot.Kind, x: Double, y: Double, tooltip: String? = nil) -> SVGElement {
    let style = state == .pass || state == .fail ? "marker" : "open"
    switch kind {
    case .task: return Marker.circle.element(x: x, y: y, radius: 4.5, style: style, tooltip: tooltip)
    case .family: return Marker.square.element(x: x, y: y, radius: 6, style: style, tooltip: tooltip)
    case .overall: return Marker.diamond.element(x: x, y: y, radius: 6, style: style, tooltip: tooltip)
    }
  }
}

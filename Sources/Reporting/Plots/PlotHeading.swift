/// Title and subtitle above a plot, on as many lines as they need.
struct PlotHeading {
  private(set) var elements: [SVGElement] = []
  /// Where the plot may begin.
  let bottom: Double

  init(title: String, subtitle: String?, x: Double, y: Double, width: Double) {
    var baseline = y
    for line in PlotText.wrap(title, to: width, size: PlotText.title, isBold: true) {
      baseline += 20
      elements.append(.label("title", line, x: x, y: baseline - 4))
    }
    for line in PlotText.wrap(subtitle ?? "", to: width, size: PlotText.small) {
      baseline += PlotText.lineHeight
      elements.append(.label("muted", line, x: x, y: baseline - 4))
    }
    bottom = baseline + 6
  }
}

import Diagnostics
import Foundation

/// How sure a value is, from below to above it, in the value's own unit.
package struct PlotInterval: Sendable, Hashable {
  package let low: Double
  package let high: Double

  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}

/// Curves on two axes: accuracy at the target against ability retained, scores over numbers of demonstrations, losses
/// over steps. Values may come from anywhere: those without a place on their axis (NaN, infinite, above 1e12, negative
/// on a logarithmic axis) are left out and counted in the description.
package struct CurvePlot: Sendable, Hashable {
  /// One measurement.
  package struct Point: Sendable, Hashable {
    package let x: Double
    package let y: Double
    package let xInterval: PlotInterval?
    package let yInterval: PlotInterval?
    /// Written beside the point where there is room, and in its tooltip.
    package let label: String?

    package init(
      x: Double, y: Double, xInterval: PlotInterval? = nil, yInterval: PlotInterval? = nil, label: String? = nil
    ) {
      self.x = x
      self.y = y
      self.xInterval = xInterval
      self.yInterval = yInterval
      self.label = label
    }
  }

  /// Points that a line joins in the order given.
  package struct Series: Sendable, Hashable {
    package let name: String
    package let points: [Point]
    /// Which of the 42 combinations of colour and shape; nil for the series' place in the plot. The same number in
    /// several plots gives one arm one look.
    package let style: Int?

    package init(name: String, points: [Point], style: Int? = nil) {
      self.name = shown(name)
      self.points = points
      self.style = style
    }
  }

  /// A value to compare with, drawn across the whole plot.
  package struct Reference: Sendable, Hashable {
    package enum Direction: Sendable, Hashable {
      /// At one y.
      case horizontal
      /// At one x.
      case vertical
    }

    package let direction: Direction
    package let value: Double
    package let label: String
    /// Whether it marks something bad, such as where a gate first failed.
    package let isAlarm: Bool

    package init(_ direction: Direction, at value: Double, label: String, isAlarm: Bool = false) {
      self.direction = direction
      self.value = value
      self.label = label
      self.isAlarm = isAlarm
    }
  }

  package let title: String
  package let subtitle: String?
  package let x: PlotAxis
  package let y: PlotAxis
  package let series: [Series]
  package let references: [Reference]
  /// Whether each series' name is written at its last point too, where there is room.
  package let namesAtEnds: Bool
  /// In units of the view box; the height follows from the content.
  package let width: Double

  /// - Parameter width: at least 320 and at most 4000 are used.
  package init(
    title: String, subtitle: String? = nil, x: PlotAxis, y: PlotAxis, series: [Series], references: [Reference] = [],
    namesAtEnds: Bool = false, width: Double = 720
  ) {
    self.title = title
    self.subtitle = subtitle
    self.x = x
    self.y = y
    self.series = series
    self.references = references
    self.namesAtEnds = namesAtEnds
    self.width = width.isFinite ? min(max(width, 320), 4000) : 720
  }

  /// The plot as a self-contained SVG; the same plot gives the same bytes.
  ///
  /// - Parameter idPrefix: different for every plot on a page.
  package func svg(idPrefix: String) -> String {
    CurveLayout(self).document.svg(idPrefix: idPrefix)
  }

  /// The series without the points that have no place on the axes, and without intervals that are none.
  var drawable: [Series] {
    series.map { series in
      let points = series.points.filter { x.canShow($0.x) && y.canShow($0.y) }.map { point in
        Point(
          x: point.x, y: point.y, xInterval: point.xInterval.flatMap { x.canShow($0) ? $0 : nil },
          yInterval: point.yInterval.flatMap { y.canShow($0) ? $0 : nil }, label: point.label)
      }
      return Series(name: series.name, points: points, style: series.style)
    }
  }

  /// The references that have a place on their axis.
  var drawableReferences: [Reference] {
    references.filter { ($0.direction == .vertical ? x : y).canShow($0.value) }
  }

  /// What the plot shows, in words and numbers.
  var description: String {
    let shown = drawable
    var sentences = ["\(x.title) across, \(y.title) up; \(series.count) series."]
    for series in shown {
      // Where a curve begins and ends says most of it; all points would be tiresome to listen to.
      let points = series.points.count > 3 ? [series.points[0], series.points[series.points.count - 1]] : series.points
      let gap = series.points.count > 3 ? " … " : ", "
      sentences.append(
        "\(series.name): " + (points.isEmpty ? "no data" : points.map(text).joined(separator: gap)) + ".")
    }
    for reference in drawableReferences {
      let axis = reference.direction == .vertical ? x : y
      sentences.append("Line: \(reference.label) at \(axis.text(reference.value)).")
    }
    let missing = series.map(\.points.count).reduce(0, +) - shown.map(\.points.count).reduce(0, +)
    if missing > 0 { sentences.append("Left out because not finite or out of the axis: \(missing) points.") }
    let intervals = Self.intervals(series) - Self.intervals(shown)
    if intervals > 0 {
      sentences.append("Left out because not an interval, or with their point: \(intervals) intervals.")
    }
    let lines = references.count - drawableReferences.count
    if lines > 0 { sentences.append("Left out because not finite or out of the axis: \(lines) lines.") }
    return sentences.joined(separator: " ")
  }

  /// A point's numbers, with its interval and label.
  func text(_ point: Point) -> String {
    let interval = point.yInterval.map { " [\(y.text($0.low)), \(y.text($0.high))]" } ?? ""
    return "(\(x.text(point.x)); \(y.text(point.y))\(interval)\(point.label.map { ", " + $0 } ?? ""))"
  }

  private static func intervals(_ series: [Series]) -> Int {
    series.flatMap(\.points).map { ($0.xInterval == nil ? 0 : 1) + ($0.yInterval == nil ? 0 : 1) }.reduce(0, +)
  }
}

extension PlotAxis {
  /// Whether both ends have a place, in this order.
  func canShow(_ interval: PlotInterval) -> Bool {
    canShow(interval.low) && canShow(interval.high) && interval.low <= interval.high
  }

  /// A value in prose: whole numbers where only those make sense, else one decimal, or three significant ones of a
  /// plain number.
  func text(_ value: Double) -> String {
    if unit != .number { return unit.text(value, decimals: 1) }
    if value == value.rounded() { return unit.text(value, decimals: 0) }
    return unit.text(value, decimals: abs(value) < 10 ? 3 : 1)
  }
}

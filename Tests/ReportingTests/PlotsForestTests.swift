import Foundation
import Reporting
import Testing

@Suite("Forest plots")
struct PlotsForestTests {
  private static func row(
    _ label: String, _ estimate: Double?, _ low: Double, _ high: Double, kind: ForestPlot.Kind = .task,
    state: PlotState = .pass, margin: Double? = -0.1, note: String? = nil
  ) -> ForestPlot.Row {
    .init(
      label: label, estimate: estimate, interval: .init(low: low, high: high), kind: kind, state: state, margin: margin,
      note: note)
  }

  /// Nine families of two tasks, and all of them together.
  private static func full(name: String = "task", width: Double = 720, limits: PlotInterval? = nil) -> ForestPlot {
    let groups = (0..<9).map { family in
      ForestPlot.Group(
        "\(name) family \(family)",
        rows: (0..<2).map { task in
          row("\(name) \(family).\(task)", -0.01 * Double(family), -0.02 * Double(family) - 0.01, 0.01)
        } + [row("family", -0.01 * Double(family), -0.2, 0.02, kind: .family, state: .fail, margin: -0.06)])
    }
    let overall = row("overall", -0.031, -0.05, -0.012, kind: .overall, state: .inconclusive, margin: -0.03)
    return ForestPlot(
      title: "Change of few-shot score", axis: PlotAxis("change, percentage points", unit: .points),
      groups: groups + [.init(nil, rows: [overall])], numbersTitle: "change [95 %]", limits: limits, width: width)
  }

  @Test(
    "each row has its name, its numbers, its mark, its interval and its verdict, in words for those who do not see it")
  func rows() throws {
    let svg = Self.full().svg(idPrefix: "f")
    #expect(!svg.contains(#"\u{"#), "what is ours is not shown as if it were from outside")
    let drawing = try #require(PlotsDrawing(svg))
    #expect(drawing.words.contains("-3.1 [-5.0, -1.2]"))
    #expect(drawing.alternative.contains("overall: -3.1 [-5.0, -1.2], inconclusive."))
    #expect(drawing.alternative.contains("28 rows. 18 pass, 9 fail, 1 inconclusive."))
    #expect(drawing.all("line", "interval").count == 28)
    #expect(drawing.elements.first?.attributes["aria-labelledby"] == "f-title f-desc")
    // Tasks are circles, families squares, all together a diamond; one more of each explains them.
    #expect(drawing.all("circle").count == 19)
    #expect(drawing.all("polygon").count == 9 + 1 + 1 + 1)
    // One glyph a row, and one for each state that occurs.
    #expect(drawing.all("path", "glyph").count == 28 + 3)
  }

  @Test("zero is always on the axis, and estimates stand in proportion")
  func scale() throws {
    let plot = ForestPlot(
      title: "t", axis: PlotAxis("x"),
      groups: [.init(nil, rows: [Self.row("a", 10, 9, 11), Self.row("b", 20, 19, 22)])],
      numbersTitle: "n")
    let drawing = try #require(PlotsDrawing(plot.svg(idPrefix: "f")))
    let zero = try #require(drawing.all("line", "frame").first?.number("x1"))
    let marks = drawing.all("circle", "marker").compactMap { $0.number("cx") }
    #expect(abs((marks[1] - zero) / (marks[0] - zero) - 2) < 0.01)
  }

  @Test("neighbouring rows with one margin share one line; a row with another, or with none, has its own or none")
  func margins() throws {
    let rows = [-0.1, -0.1, nil, -0.1, -0.05].enumerated().map {
      Self.row("r\($0.offset)", 0, -0.01, 0.01, margin: $0.element)
    }
    let plot = ForestPlot(
      title: "t", axis: PlotAxis("x", unit: .points), groups: [.init("one", rows: rows)], numbersTitle: "n")
    let lines = try #require(PlotsDrawing(plot.svg(idPrefix: "f"))).all("line", "margin")
    #expect(lines.count == 3 + 1)  // and the key's
    let heights = lines.prefix(3).compactMap { line in
      line.number("y2").flatMap { y in line.number("y1").map { y - $0 } }
    }
    #expect(heights == [42, 20, 20])
  }

  @Test("intervals beyond the limits end in arrows at the limit, and numbers stay what they are")
  func limits() throws {
    let groups = [
      ForestPlot.Group(
        nil,
        rows: [
          Self.row("in", 0, -0.01, 0.01), Self.row("half", -0.04, -0.3, 0.01),
          Self.row("gone", -0.6, -0.7, -0.5, state: .fail),
        ])
    ]
    let plot = ForestPlot(
      title: "t", axis: PlotAxis("x", unit: .points), groups: groups, numbersTitle: "n",
      limits: .init(low: -0.05, high: 0.05))
    let drawing = try #require(PlotsDrawing(plot.svg(idPrefix: "f")))
    #expect(drawing.all("polyline", "interval").count == 2)
    #expect(drawing.words.contains("-60.0 [-70.0, -50.0]"))
    #expect(drawing.all("circle").count == 2 + 1)
    #expect(drawing.strays.isEmpty)
  }

  @Test(
    "no text lies on another or leaves the picture, at any width, with long names too",
    arguments: [320, 360, 519, 520, 720, 1400.0], ["t", "a task with a name that goes on and on and on and then on"])
  func legible(width: Double, name: String) throws {
    let drawing = try #require(PlotsDrawing(Self.full(name: name, width: width).svg(idPrefix: "f")))
    #expect(drawing.collisions.isEmpty && drawing.strays.isEmpty, "\(drawing.collisions) \(drawing.strays)")
  }

  @Test("text from data stays text")
  func escaping() throws {
    let bad = "<script>\"&'</script>\u{0}"
    let plot = ForestPlot(
      title: bad, subtitle: bad, axis: PlotAxis(bad),
      groups: [.init(bad, rows: [Self.row(bad, 1, 0, 2), Self.row("b", nil, 0, 1, state: .uninformative, note: bad)])],
      numbersTitle: bad)
    let svg = plot.svg(idPrefix: bad)
    #expect(!svg.contains("<script"))
    let drawing = try #require(PlotsDrawing(svg))
    #expect(drawing.all("script").isEmpty)
    #expect(drawing.words.contains(#"<script>"&'</script>\u{0}"#))
  }

  @Test("no rows, missing estimates and numbers that are none are plots too, and are mentioned")
  func degenerate() throws {
    let empty = ForestPlot(title: "t", axis: PlotAxis("x"), groups: [], numbersTitle: "n", width: -.infinity)
    #expect(try #require(PlotsDrawing(empty.svg(idPrefix: "f"))).words.contains("no data"))
    let rows = [
      Self.row("a", .nan, .nan, 1, margin: .infinity), Self.row("b", 0.1, 1, 0), Self.row("c", nil, -.infinity, 0),
      Self.row("d", 1e300, 0, 0),
    ]
    let plot = ForestPlot(
      title: "t", axis: PlotAxis("x", including: [.nan], ticks: [.nan]), groups: [.init("g", rows: rows)],
      numbersTitle: "n", limits: .init(low: 1, high: -1))
    let drawing = try #require(PlotsDrawing(plot.svg(idPrefix: "f")))
    #expect(drawing.alternative.contains("2 estimates") && drawing.alternative.contains("3 intervals"))
    #expect(drawing.alternative.contains("1 margins"))
    #expect(drawing.words.contains("not finite") && drawing.words.contains("no estimate"))
    #expect(!drawing.hasBadNumbers)
  }

  @Test("the same plot gives the same bytes")
  func determinism() {
    #expect(Self.full().svg(idPrefix: "f") == Self.full().svg(idPrefix: "f"))
  }
}

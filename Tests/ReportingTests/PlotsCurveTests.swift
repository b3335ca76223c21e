import Foundation
import Reporting
import Testing

@Suite("Curve plots")
struct PlotsCurveTests {
  private static let hostile = "<script>alert(\"1\" & '2')</script>]]>\u{1}\u{FFFF}\u{202E}\n--><style>"

  /// Arms that fan out from one point, two or three checkpoints each.
  private static func arms(_ count: Int, name: String = "arm", namesAtEnds: Bool = false, width: Double = 720)
    -> CurvePlot
  {
    let series = (0..<count).map { arm in
      CurvePlot.Series(
        name: "\(name) \(arm)",
        points: (0..<(2 + arm % 2)).map { step in
          let x = 0.7 + 0.08 * Double(step) + 0.004 * Double(arm)
          let y = 1 - 0.02 * Double(arm * step)
          return .init(
            x: x, y: y, xInterval: .init(low: x - 0.02, high: x + 0.02), yInterval: .init(low: y - 0.03, high: y + 0.03)
          )
        })
    }
    return CurvePlot(
      title: "target against ICL", subtitle: "\(count) arms", x: PlotAxis("target accuracy", unit: .percent),
      y: PlotAxis("ICL retained", unit: .percent), series: series,
      references: [.init(.horizontal, at: 1, label: "base"), .init(.vertical, at: 0.75, label: "matched")],
      namesAtEnds: namesAtEnds, width: width)
  }

  @Test(
    "a plot is a picture with a title and a description by ids of its own, without scripts or anything from elsewhere")
  func textAlternatives() throws {
    let svg = Self.arms(3).svg(idPrefix: "trade")
    let drawing = try #require(PlotsDrawing(svg))
    let root = try #require(drawing.elements.first)
    #expect(root.attributes["role"] == "img")
    #expect(root.attributes["aria-labelledby"] == "trade-title trade-desc")
    #expect(drawing.elements.first { $0.attributes["id"] == "trade-title" }?.text == "target against ICL")
    let description = try #require(drawing.elements.first { $0.attributes["id"] == "trade-desc" }).text
    #expect(description.contains("arm 1: (70.4\u{A0}%; 100.0\u{A0}% [97.0\u{A0}%, 103.0\u{A0}%])"), "\(description)")
    #expect(description.contains("Line: base at 100.0\u{A0}%."))
    #expect(drawing.all("script").isEmpty && drawing.all("image").isEmpty)
    #expect(!svg.contains("href") && !svg.contains("url(") && !svg.contains("@import"))
    #expect(svg.contains("prefers-color-scheme: dark") && svg.contains("@media print"))
  }

  @Test("two plots on a page share no id, and a style rule of one cannot reach the other")
  func scope() throws {
    let drawing = try #require(PlotsDrawing(Self.arms(2).svg(idPrefix: "a b\"<{")))
    let ids = drawing.elements.compactMap { $0.attributes["id"] }
    #expect(ids == ["a-b---", "a-b----title", "a-b----desc"])
    let rules = try #require(drawing.all("style").first).text.split(separator: "\n")
    let selectors = rules.filter { $0.contains("{") && !$0.hasPrefix("@") }
    let parts = selectors.flatMap { ($0.split(separator: "{").first ?? "").split(separator: ",") }
    #expect(parts.allSatisfy { $0.trimmingCharacters(in: .whitespaces).hasPrefix("#a-b---") })
    #expect(PlotsDrawing(Self.arms(2).svg(idPrefix: "9"))?.elements.first?.attributes["id"] == "plot-9")
  }

  @Test("text from data stays text")
  func escaping() throws {
    let bad = Self.hostile
    let plot = CurvePlot(
      title: bad, subtitle: bad, x: PlotAxis(bad), y: PlotAxis(bad),
      series: [.init(name: bad, points: [.init(x: 0, y: 0, label: bad), .init(x: 1, y: 1)])],
      references: [.init(.horizontal, at: 0.5, label: bad), .init(.vertical, at: 0.5, label: bad, isAlarm: true)],
      namesAtEnds: true)
    let svg = plot.svg(idPrefix: bad)
    #expect(!svg.contains("<script") && !svg.contains("]]>") && !svg.contains("-->"))
    #expect(!svg.unicodeScalars.contains { $0 == "\u{1}" || $0 == "\u{FFFF}" || $0 == "\u{202E}" })
    let drawing = try #require(PlotsDrawing(svg))
    #expect(drawing.all("script").isEmpty && drawing.all("style").count == 1)
    // A parser gives back what was put in, as it is shown.
    #expect(
      drawing.all("title").first?.text == #"<script>alert("1" & '2')</script>]]>\u{1}\u{FFFF}\u{202E}\u{A}--><style>"#)
  }

  @Test("the same plot gives the same bytes")
  func determinism() {
    #expect(Self.arms(17).svg(idPrefix: "p") == Self.arms(17).svg(idPrefix: "p"))
    #expect(Self.arms(17).svg(idPrefix: "p") != Self.arms(16).svg(idPrefix: "p"))
  }

  @Test("eighteen series differ in colour and shape, and neighbours in dash too")
  func distinguishable() throws {
    let svg = Self.arms(42).svg(idPrefix: "p")
    let drawing = try #require(PlotsDrawing(svg))
    // In the legend each entry is a group with its colour, a line with its dash and a marker with its shape.
    var looks: [String] = []
    var dashes: [String] = []
    for index in drawing.elements.indices where drawing.elements[index].has("entry") {
      let (group, line) = (drawing.elements[index - 3], drawing.elements[index - 2])
      let marker = drawing.elements[index - 1].attributes
      let shape = marker["points"].map { $0.split(separator: " ").count } ?? 0
      // A wedge is a triangle on its head: its first corner is its lowest.
      let corners = marker["points"]?.split(separator: " ").compactMap {
        $0.split(separator: ",").last.flatMap { Double($0) }
      }
      let isUp = corners.map { $0[0] < $0[1] } ?? false
      let isFlat = corners.map { $0[0] == $0[1] } ?? false
      looks.append("\(group.attributes["class"] ?? "") \(shape) \(isUp) \(isFlat)")
      dashes.append(line.attributes["stroke-dasharray"] ?? "")
    }
    #expect(looks.count == 42 && Set(looks).count == 42)
    #expect(zip(dashes, dashes.dropFirst()).allSatisfy { $0 != $1 })
  }

  @Test("every colour has 3:1 contrast or more to its background, and text 4.5:1")
  func contrast() throws {
    let style = try #require(PlotsDrawing(Self.arms(1).svg(idPrefix: "p"))?.all("style").first).text
    let halves = style.components(separatedBy: "@media screen")
    try #require(halves.count == 2)
    for (half, surface) in [(halves[0], "#ffffff"), (halves[1], "#0d1117")] {
      #expect(half.contains("#p .surface, #p .open { fill: \(surface); }"))
      let colours = half.matches(of: /\.(\w+) \{ color: (#[0-9a-f]{6}); \}/)
      #expect(colours.count == 12)
      for colour in colours { #expect(Self.contrast(String(colour.2), surface) >= 3, "\(colour.0)") }
      for text in half.matches(of: /(text|\.muted|\.alarm-text) \{ fill: (#[0-9a-f]{6}); \}/) {
        #expect(Self.contrast(String(text.2), surface) >= 4.5, "\(text.0)")
      }
    }
  }

  @Test(
    "no text lies on another or leaves the picture, at any width, with long names too",
    arguments: [320, 360, 720, 1400.0], ["arm", "full fine-tuning with 20 % few-shot samples of other tasks, seed"])
  func legible(width: Double, name: String) throws {
    for count in [1, 5, 17, 40] {
      for namesAtEnds in [false, true] {
        let plot = Self.arms(count, name: name, namesAtEnds: namesAtEnds, width: width)
        let drawing = try #require(PlotsDrawing(plot.svg(idPrefix: "p")))
        #expect(drawing.collisions.isEmpty && drawing.strays.isEmpty, "\(drawing.collisions) \(drawing.strays)")
        #expect(drawing.size?.width == width)
      }
    }
  }

  @Test("flags of vertical lines stand apart, on a step axis with whole ticks")
  func trend() throws {
    let steps = (0...20).map { CurvePlot.Point(x: Double($0), y: 1 - 0.03 * Double($0)) }
    let failures = [2.0, 3, 3, 4, 19, 20].map {
      CurvePlot.Reference(.vertical, at: $0, label: "first failure at \(Int($0))", isAlarm: true)
    }
    let plot = CurvePlot(
      title: "t", x: PlotAxis("step", scale: .steps), y: PlotAxis("ICL", unit: .percent),
      series: [.init(name: "a", points: steps)], references: failures)
    let drawing = try #require(PlotsDrawing(plot.svg(idPrefix: "p")))
    #expect(drawing.collisions.isEmpty && drawing.strays.isEmpty, "\(drawing.collisions) \(drawing.strays)")
    #expect(drawing.all("text", "alarm-text").count == 6)
    #expect(drawing.all("line", "alarm").count == 6)
    #expect(drawing.all("polyline", "line").first?.attributes["points"]?.split(separator: " ").count == 21)
  }

  @Test("what cannot be drawn is left out and counted")
  func notFinite() throws {
    let points: [CurvePlot.Point] = [
      .init(x: .nan, y: 0), .init(x: 0, y: .infinity), .init(x: 1, y: -1e300), .init(x: -1, y: 0.5),
      .init(x: 2, y: 0.5, yInterval: .init(low: .nan, high: 1)), .init(x: 4, y: 0.6, yInterval: .init(low: 1, high: 0)),
    ]
    let plot = CurvePlot(
      title: "t", x: PlotAxis("k", scale: .log2OnePlus, including: [.nan], ticks: [.infinity, 1, 2, 4]),
      y: PlotAxis("y", including: [-.infinity]), series: [.init(name: "a", points: points)],
      references: [.init(.horizontal, at: .nan, label: "gone")], width: .nan)
    let svg = plot.svg(idPrefix: "p")
    let drawing = try #require(PlotsDrawing(svg))
    #expect(drawing.alternative.contains("4 points") && drawing.alternative.contains("2 intervals"))
    #expect(drawing.alternative.contains("1 lines"))
    #expect(drawing.all("circle", "marker").count == 3)  // two points and the legend
    #expect(!drawing.hasBadNumbers)
  }

  @Test("no series, no points, one point and equal points are plots too")
  func degenerate() throws {
    let cases: [[CurvePlot.Series]] = [
      [], [.init(name: "a", points: [])], [.init(name: "a", points: [.init(x: 5, y: 5)])],
      [.init(name: "a", points: Array(repeating: .init(x: 0, y: 0), count: 4), style: -1)],
      [.init(name: "", points: [.init(x: 1e12, y: -1e12), .init(x: 1e12, y: 1e-12)], style: .min)],
    ]
    for (index, series) in cases.enumerated() {
      let plot = CurvePlot(title: "", x: PlotAxis(""), y: PlotAxis(""), series: series, namesAtEnds: index % 2 == 0)
      let drawing = try #require(PlotsDrawing(plot.svg(idPrefix: "")))
      #expect(drawing.words.contains("no data") == (index < 2))
      #expect(drawing.strays.isEmpty && drawing.collisions.isEmpty, "\(drawing.collisions) \(drawing.strays)")
      #expect(!drawing.hasBadNumbers)
    }
  }

  /// Contrast of two colours after WCAG 2.
  private static func contrast(_ one: String, _ other: String) -> Double {
    let luminances = [one, other].map { colour -> Double in
      let value = Int(colour.dropFirst(), radix: 16) ?? 0
      let parts = [16, 8, 0].map { Double(value >> $0 & 255) / 255 }
      let linear = parts.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05
    }
    return max(luminances[0], luminances[1]) / min(luminances[0], luminances[1])
  }
}

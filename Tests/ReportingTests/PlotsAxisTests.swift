import Foundation
import Reporting
import Testing

@Suite("Axes of plots")
struct PlotsAxisTests {
  @Test("ticks are multiples of 1, 2 or 5 times a power of ten and enclose the data, as worked out by hand")
  func goldens() {
    // Heckbert's own example: 105 to 543 with about five ticks.
    #expect(NiceTicks(from: 105, to: 543, count: 5).values == [100, 200, 300, 400, 500, 600])
    // Span 8 becomes 10, a quarter of it 2.5, the nearest nice number 2.
    #expect(NiceTicks(from: 84, to: 92, count: 5).values == [84, 86, 88, 90, 92])
    // Span 58.8 becomes 100, a quarter 25, the nearest 2 (x 10).
    #expect(NiceTicks(from: 0, to: 58.8, count: 5).values == [0, 20, 40, 60])
    // Span .07 becomes .1, a quarter .025, the nearest .02.
    let fine = NiceTicks(from: -0.05, to: 0.02, count: 5)
    #expect(fine.values.map { ($0 * 100).rounded() } == [-6, -4, -2, 0, 2])
    #expect(fine.decimals == 2)
    // Span 4 of whole steps: a fraction of a step is no tick.
    #expect(NiceTicks(from: 0, to: 2, count: 9, isWhole: true).values == [0, 1, 2])
    #expect(NiceTicks(from: 0, to: 2, count: 9, isWhole: true).decimals == 0)
  }

  @Test("whatever the range, there are two ticks or more, ascending, around it", arguments: [2, 5, 9])
  func anyRange(count: Int) {
    let ends = [-1e12, -3.7, -1e-9, 0, 1e-300, 1e-7, 0.3, 1, 99.999_999_999, 1e6, 1e12]
    for low in ends {
      for high in ends where high >= low {
        let ticks = NiceTicks(from: low, to: high, count: count).values
        #expect(ticks.count >= 2 && ticks.count <= 2 * count + 3, "\(low) to \(high): \(ticks)")
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0 < $1 })
        let slack = max(abs(low), abs(high), 1) * 1e-8
        #expect(ticks[0] <= low + slack && ticks[ticks.count - 1] >= high - slack, "\(low) to \(high): \(ticks)")
      }
    }
  }

  @Test("demonstrations stand at log2(1 + k): 1 and 3 are as far apart as 0 and 1, and 3 and 7")
  func logarithmic() throws {
    let points = [0.0, 1, 3, 7].map { CurvePlot.Point(x: $0, y: 1) }
    let plot = CurvePlot(
      title: "t", x: PlotAxis("k", scale: .log2OnePlus, ticks: [0, 1, 2, 4, 8]), y: PlotAxis("y"),
      series: [.init(name: "a", points: points)])
    let drawing = try #require(PlotsDrawing(plot.svg(idPrefix: "p")))
    let xs = drawing.all("circle", "marker").compactMap { $0.number("cx") }.prefix(4)
    try #require(xs.count == 4)
    let gaps = zip(xs, xs.dropFirst()).map { $1 - $0 }
    #expect(gaps.allSatisfy { abs($0 - gaps[0]) < 0.21 })
    #expect(["0", "1", "2", "4", "8"].allSatisfy(drawing.words.contains))
    // From 0 to 8 is log2(9) of these distances.
    let ticks = drawing.all("text", "muted").filter { ["0", "8"].contains($0.text) }.compactMap { $0.number("x") }
    #expect(abs((ticks[1] - ticks[0]) / gaps[0] - 3.169_925) < 0.01)
  }

  @Test("percent, points and plain numbers are written with the decimals that their ticks need, in any locale")
  func units() throws {
    func words(_ unit: PlotUnit, _ values: [Double]) throws -> [String] {
      let points = values.map { CurvePlot.Point(x: 0, y: $0) }
      let plot = CurvePlot(
        title: "t", x: PlotAxis("x"), y: PlotAxis("y", unit: unit), series: [.init(name: "a", points: points)])
      return try #require(PlotsDrawing(plot.svg(idPrefix: "p"))).words
    }
    #expect(try words(.percent, [0, 1]).contains("20\u{A0}%"))
    #expect(try words(.points, [-0.05, 0]).contains("-5"))
    #expect(try words(.number, [0, 0.05]).contains("0.05"))
    #expect(!(try words(.number, [-0.05, 0.05]).contains { $0.hasPrefix("-0.00") }))
  }
}

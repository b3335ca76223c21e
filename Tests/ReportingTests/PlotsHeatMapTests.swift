import Gating
import Reporting
import Testing

@Suite("A table of shares as a picture")
struct PlotsHeatMapTests {
  private func map(width: Double = 880) -> HeatMap {
    func cell(_ share: Double) -> HeatMap.Cell { HeatMap.Cell(share: share, tooltip: "share <\(share)>") }
    let cells: [[HeatMap.Cell?]] = [[cell(0.4), cell(-0.1)], [cell(0.04), nil], [cell(.nan), cell(0)]]
    return HeatMap(
      title: "Where & why", rowsTitle: "layer", rows: ["0", "1", "2"], columns: ["q", "gate/up"],
      panels: [.init(title: "back", cells: cells), .init(title: "alone", cells: cells)], width: width)
  }

  @Test("every value has its number and what is known of it; one that is missing or no number has no cell")
  func cells() throws {
    let drawing = try #require(PlotsDrawing(map().svg(idPrefix: "heat")))
    let numbers = drawing.elements.filter { $0.name == "text" }.map(\.text)
    for number in ["40.0", "-10.0", "4.0", "0.0"] { #expect(numbers.count { $0 == number } == 2, "\(number)") }
    let cells = drawing.elements.filter { $0.name == "rect" && $0.has("marker") }
    #expect(cells.count == 8)
    #expect(drawing.elements.contains { $0.name == "title" && $0.text == "share <0.4>" })
  }

  @Test("the largest has the strongest colour, that of its sign, and numbers stay readable on it")
  func shades() throws {
    let drawing = try #require(PlotsDrawing(map().svg(idPrefix: "heat")))
    let cells = drawing.elements.filter { $0.name == "rect" && $0.has("marker") }
    #expect(cells.prefix(2).map { $0.number("fill-opacity") } == [0.6, 0.15])
    #expect(cells[0].has("c0") && cells[1].has("c1"))
  }

  @Test(
    "panels stand side by side where there is room, else below each other, all within the picture",
    arguments: [880.0, 440])
  func panels(width: Double) throws {
    let drawing = try #require(PlotsDrawing(map(width: width).svg(idPrefix: "heat")))
    let root = try #require(drawing.elements.first)
    let height = try #require(root.number("height"))
    let cells = drawing.elements.filter { $0.name == "rect" && $0.has("marker") }
    let lefts = Set(cells.compactMap { $0.number("x") })
    #expect(lefts.count == (width > 700 ? 4 : 2))
    for cell in cells {
      let (x, y) = (try #require(cell.number("x")), try #require(cell.number("y")))
      #expect(x > 0 && x + (cell.number("width") ?? 0) <= width - 15)
      #expect(y > 0 && y + (cell.number("height") ?? 0) <= height)
    }
  }

  @Test("a report shows kinds of modules, the map and how spread it is: the page as a picture, Markdown as tables")
  func report() throws {
    func share(_ value: Double) -> LossShare {
      LossShare(share: value, interval: Interval((value - 0.05)...(value + 0.05)))
    }
    let cells = CellMap(
      base: 0.5, candidate: 0.1, items: 16, blocks: 4, modules: ["q", "gate/up"],
      cells: [
        .init(layer: 0, module: "q", back: share(0.4), alone: share(0.2)),
        .init(layer: 1, module: "gate/up", back: share(0.1), alone: share(0.3)),
      ], rest: [.init(name: "norms of all layers", back: share(0.01), alone: share(0.02))])
    let profile = RestorationProfile(
      base: 0.8, candidate: 0.1, items: 64, parts: [.init(name: "layer 0", exactMatch: 0.1)],
      modules: [.init(name: "all MLP", exactMatch: 0.7, back: share(0.6), alone: share(0.5))], cells: cells)
    let none = ControlScores(gold: [], random: [], abstract: [], permutations: [], leaks: [])
    let verdict = CandidateVerdict(
      path: "out/a", model: Fixture.model, durationSeconds: 1, share: "1/1",
      finding: .judged(try Fixture.verdict(lost: 3)),
      diagnosis: Diagnosis(tasks: [], base: none, candidate: none, profile: profile))
    let report = GateReport(header: Fixture.header, candidates: [verdict])
    let markdown = try report.markdown()
    for line in [
      "| all MLP | 70.0 | 60.0 % (55.0 to 65.0) | 50.0 % (45.0 to 55.0) |", "| layer | q | gate/up | ",
      "| 0 | 40.0 |  | ", "| 1 |  | 10.0 | ", "| norms of all layers | 1.0 % (-4.0 to 6.0) | 2.0 % (-3.0 to 7.0) |",
      "Effective number of cells 1.5 of 2, of layers 1.5 of 2",
    ] { #expect(markdown.contains(line), "\(line)\n\(markdown)") }
    let evidence = CandidateEvidence(verdict: verdict, contrasts: [], lost: [])
    let page = try GatePage(report, candidates: [evidence], history: []).html()
    #expect(page.contains("id=\"cells-0-880\"") && page.contains("id=\"cells-0-440\""))
    #expect(page.contains("layer 1, gate/up: brings back 10.0 % (5.0 to 15.0)"))
    let json = String(decoding: try report.json(), as: UTF8.self)
    #expect(json.contains("\"effective_cells\""))
  }
}

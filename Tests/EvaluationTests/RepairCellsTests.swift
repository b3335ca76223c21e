import Checkpoints
import Evaluation
import Foundation
import Gating
import Reporting
import Testing
import Transformer

@Suite("Cells of a fine-tuning, put back to the base's")
struct RepairCellsTests {
  let folder: URL
  let base: Checkpoint
  let tuned: Checkpoint

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    base = try Checkpoint.open(TinyExperiment.golden("checkpoints/llama-tied"))
    let path = folder.appendingPathComponent("tuned").path
    try writeTuned(from: base, to: path, noise: 0.3)
    tuned = try Checkpoint.open(path)
  }

  private var parts: FineTuningParts { FineTuningParts(tuned.tensors.names, tuned.configuration.decoder) }

  private var order: [FineTuningPart] { parts.cells.map(\.part) + parts.rest }

  @Test("cells and rest have every weight once; so have the layers with what is outside, and the groups with the norms")
  func partition() {
    defer { remove() }
    let names = tuned.tensors.names.sorted()
    #expect(order.flatMap(\.members).sorted() == names)
    #expect(parts.layers.flatMap(\.members).sorted() == names)
    #expect(parts.cells.count == 6 * tuned.configuration.layerCount)
    #expect(
      parts.modules.map(\.name) == [
        "q", "k", "v", "o", "gate/up", "down", "all attention", "all MLP", "norms of all layers",
      ])
    let sides = parts.modules.filter { $0.name.hasPrefix("all ") }.map(\.members)
    let groups = parts.modules.prefix(6).map(\.members)
    #expect(groups[..<4].reduce(Set()) { $0.union($1) } == sides[0])
    #expect(groups[4...].reduce(Set()) { $0.union($1) } == sides[1])
  }

  @Test("a cell put back has the base's bits, and every other weight the candidate's, in memory and written")
  func bits() throws {
    defer { remove() }
    for place in [0, 4, order.count - 1] {
      let part = order[place]
      let restoration = try CellRestoration(
        base: base, tuned: tuned, order: [part] + order.filter { $0 != part })
      let written = try self.written(restoration, restoration.parts - 1)
      for made in [try tuned.restoring(part.members, from: base), written] {
        for name in tuned.tensors.names {
          let expected = try values(part.members.contains(name) ? base : tuned, name)
          #expect(try values(made, name).map(\.bitPattern) == expected.map(\.bitPattern), "\(name)")
        }
      }
    }
  }

  @Test("all put back answers as the base does, none as the candidate does; and so do all and none of the cells alone")
  func ends() throws {
    defer { remove() }
    let restoration = try CellRestoration(base: base, tuned: tuned, order: order)
    #expect(try logits(try written(restoration, 0)) == (try logits(base)))
    #expect(try logits(try written(restoration, restoration.parts)) == (try logits(tuned)))
    let everything = Set(tuned.tensors.names)
    #expect(try logits(try tuned.restoring(everything, from: base)) == (try logits(base)))
    #expect(try logits(try tuned.restoring([], from: base)) == (try logits(tuned)))
    // Leave-one-in: what is not the part's is the base's. Of all parts together that is the candidate.
    let alone = order.reduce(everything) { $0.subtracting($1.members) }
    #expect(try logits(try tuned.restoring(alone, from: base)) == (try logits(tuned)))
    #expect(try logits(try tuned.restoring(order[0].members, from: base)) != (try logits(tuned)))
  }

  @Test("a quantised base's cells come back as it decodes")
  func quantised() throws {
    defer { remove() }
    let base = try Checkpoint.open(TinyExperiment.golden("checkpoints/llama-tied-q8_0.gguf"))
    let made = try written(try CellRestoration(base: base, tuned: tuned, order: order), 0)
    for name in tuned.tensors.names {
      #expect(try values(made, name).map(\.bitPattern) == (try values(base, name)).map(\.bitPattern))
    }
  }

  @Test("an adapter's cell that is put back has a B of 0; all of them make the base, and the others stay as they are")
  func adapter() throws {
    defer { remove() }
    let whole = try Adapter.open(TinyExperiment.golden("adapters/plain"), on: base)
    let parts = FineTuningParts(whole.paths, base.configuration.decoder)
    let order = parts.cells.map(\.part)
    #expect(order.flatMap(\.members).sorted() == whole.paths)
    let cells = try AdapterCells(try AdapterScaling(whole), order: order)
    #expect(try logits(base, try adapter(cells, 0)) == (try logits(base)))
    #expect(try logits(base, try adapter(cells, cells.parts)) == (try logits(base, whole)))
    let one = try adapter(cells, cells.parts - 1)
    for (module, original) in zip(one.modules, whole.modules) {
      let expected = original.b.decodeAll()
      #expect(module.b.decodeAll() == (order[0].members.contains(module.path) ? expected.map { $0 * 0 } : expected))
    }
    let kept = try whole.keeping { !order[0].members.contains($0) }
    #expect(try logits(base, one) == (try logits(base, kept)))
  }

  @Test("what brings back most for the target it costs comes first, what brings back nothing last")
  func ranking() {
    defer { remove() }
    let entries: [CellRanking.Entry] = [
      .init(name: "dear", ability: 0.2, target: 0.4), .init(name: "cheap", ability: 0.1, target: 0.1),
      .init(name: "harmful to put back", ability: -0.1, target: 0), .init(name: "idle", ability: 0, target: 0.3),
      .init(name: "free", ability: 0.02, target: -0.1),
    ]
    // Costs below a tenth of the mean (.8/3) count as that: free is worth .02/.0267.
    #expect(CellRanking(entries).order == [1, 4, 0, 3, 2])
    #expect(
      CellRanking([.init(name: "a", ability: 0.1, target: 0), .init(name: "b", ability: 0.2, target: 0)]).order == [
        1, 0,
      ])
  }

  @Test("equal ability is read off the line between the two shares around it, and not beyond its ends")
  func equal() throws {
    defer { remove() }
    let line = [(1.0, 0.0), (0.95, 0.8), (0.75, 0.9), (0.4, 0.92)].map { (kept: $0.0, target: $0.1) }
    let found = try #require(CellComparison.EqualAbility(kept: 0.85, byCell: 0.7, line: line))
    #expect(abs(found.interpolated - 0.85) < 1e-12)
    #expect(found.byCell == 0.7)
    #expect(try #require(CellComparison.EqualAbility(kept: 0.95, byCell: 0.7, line: line)).interpolated == 0.8)
    #expect(CellComparison.EqualAbility(kept: 1.01, byCell: 0.7, line: line) == nil)
    #expect(CellComparison.EqualAbility(kept: 0.1, byCell: 0.7, line: line) == nil)
    // Beyond all of them the nearest two: never the base, which has next to nothing of the target.
    let kept = [0.95, 0.9, 0.8]
    #expect(CellComparison.around(0.92, kept) == 0..<2)
    #expect(CellComparison.around(0.8, kept) == 1..<3)
    #expect(CellComparison.around(0.97, kept) == 0..<2)
    #expect(CellComparison.around(0.5, kept) == 1..<3)
    #expect(CellComparison.around(0.5, [0.9]) == 0..<1 && CellComparison.around(0.5, []).isEmpty)
  }

  private func written(_ way: CellRestoration, _ kept: Int) throws -> Checkpoint {
    try Checkpoint.open(try write(way, GridShare(numerator: kept, of: way.parts), below: folder))
  }

  private func adapter(_ way: AdapterCells, _ kept: Int) throws -> Adapter {
    try Adapter.open(try write(way, GridShare(numerator: kept, of: way.parts), below: folder), on: base)
  }

  private func remove() { try? FileManager.default.removeItem(at: folder) }
}

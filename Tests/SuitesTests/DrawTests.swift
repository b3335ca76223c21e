import Suites
import Testing

@Suite("Draws of demonstrations")
struct DrawTests {
  @Test("the generator gives SplitMix64's numbers")
  func generator() throws {
    let goldens = try Goldens.load()
    var generator = SplitMix64(seed: 1_234_567)
    #expect(goldens.splitmix == (0..<5).map { _ in String(generator.next()) })
    var bounded = SplitMix64(seed: 42)
    let counts = Array(repeating: [1, 2, 3, 7, 64, 1000, 1 << 62 + 1], count: 4).flatMap { $0 }
    #expect(goldens.below == counts.map { bounded.below($0) })
  }

  @Test("the smoke suite's draws, prompts and request ids are those of an independent implementation")
  func smokeDraws() throws {
    let suite = try Suite.load(smokeSuite)
    for golden in try Goldens.load().smoke {
      let task = try #require(suite.tasks.first { $0.name == golden.task })
      let drawn = task.demonstrations(for: task.blocks[golden.block], draw: golden.draw, suiteSeed: suite.seed)
      #expect(drawn.map(\.id) == golden.drawn)
      let block = try #require(
        try suite.requestBlocks(draw: golden.draw).first { $0.task == golden.task && $0.block == golden.block })
      let asked = try #require(block.observations.first { $0.item == golden.item && $0.k == 1 && $0.role == .gold })
      #expect(asked.request.context == golden.context)
      #expect(asked.request.continuation == golden.continuation)
      #expect(asked.request.id == golden.request)
    }
  }

  @Test("labels are balanced to within one after any number of shots, and drawn as an independent implementation does")
  func labelled() throws {
    let task = colours()
    for (draw, golden) in try Goldens.load().labelled.drawn.enumerated() {
      let drawn = task.demonstrations(for: task.blocks[0], draw: draw, suiteSeed: 99)
      #expect(drawn.map(\.id) == golden)
      for shots in 0...drawn.count {
        let counts = Self.labels.map { label in drawn.prefix(shots).count { $0.output == label } }
        #expect(try #require(counts.max()) - #require(counts.min()) <= 1)
      }
    }
  }

  @Test("a draw shows no item twice, and never an item or input of the block itself")
  func withoutReplacement() throws {
    for task in try Suite.load(smokeSuite).tasks {
      for block in task.blocks {
        let drawn = task.demonstrations(for: block, draw: 0, suiteSeed: 1)
        #expect(Set(drawn.map(\.id)).count == 4)
        #expect(Set(drawn.map(\.input)).isDisjoint(with: block.items.map(\.input)))
      }
    }
  }

  @Test("a closed class scores every line and draws from all of its members outside the block")
  func closedClass() throws {
    let folder = try SuiteFolder()
    try folder.task(items: itemLines(28), changes: ["pool": nil, "closed": "24"])
    let task = try Suite.load(folder.path).tasks[0]
    #expect(task.blocks.map(\.items.count) == [8, 8, 8, 4])
    #expect(task.demonstrationCandidates(forBlock: task.blocks[1]).count == 16)
    #expect(task.demonstrationCandidates(forBlock: task.blocks[3]).count == 24)
    let ids = Set(task.blocks[1].items.map(\.id))
    #expect(ids.isDisjoint(with: task.demonstrationCandidates(forBlock: task.blocks[1]).map(\.id)))
  }

  @Test("draws differ between blocks, numbers and suite seeds")
  func draws() throws {
    let task = try Suite.load(smokeSuite).tasks[0]
    let drawn = [(0, 0, 1), (1, 0, 1), (0, 1, 1), (0, 0, 2)].map { block, draw, seed in
      task.demonstrations(for: task.blocks[block], draw: draw, suiteSeed: UInt64(seed)).map(\.id)
    }
    #expect(Set(drawn).count == 4)
  }

  private static let labels = ["red", "green", "blue"]

  private func colours() -> TaskDefinition {
    let pool = (0..<15).map {
      Item(id: "p\($0)", input: "pool \($0)", output: Self.labels[$0 * 7 % 3], choices: Self.labels)
    }
    let asked = (0..<8).map {
      Item(id: "s\($0)", input: "asked \($0)", output: Self.labels[$0 % 3], choices: Self.labels)
    }
    return TaskDefinition(
      name: "colours", family: "made", version: 1, template: "Q: {input}\nA:", answerPrefix: " ", separator: "\n\n",
      stop: "\n", shots: [0, 11], blockSize: 8, pool: .first(15), conditions: [.gold], source: "", licence: "",
      items: pool + asked, file: "colours.yaml")
  }
}

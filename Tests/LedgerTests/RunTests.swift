import Foundation
import Ledger
import ProcessorTime
import Suites
import Testing

@Suite("Runs")
struct RunTests {
  @Test("a run that was stopped is gone on with by the same plan only, until it is finished")
  func resume() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    for id in ["model-a", "model-b"] { try ledger.register(modelRecord(id)) }
    #expect(try ledger.resumableRun(plan()) == nil)
    let run = try ledger.begin(plan())
    let block = requestBlock(block: 2)
    try ledger.commit(block, scores: scores(block), of: run)
    let again = try Ledger(path: folder.ledger)
    #expect(try again.resumableRun(plan()) == run)
    #expect(try again.resumableRun(plan("model-b")) == nil)
    #expect(try again.resumableRun(plan(share: "1/4")) == nil)
    #expect(try again.completedBlocks(run) == [BlockKey(task: "task", block: 2, draw: 0)])
    try again.commit(block, scores: scores(block), of: run)
    try again.finish(run)
    #expect(try again.resumableRun(plan()) == nil)
    let finished = try #require(try ledger.run(run.id))
    #expect(finished.finishedAt != nil)
    #expect(finished.plan == run.plan && finished.startedAt == run.startedAt)
  }

  @Test("runs are listed newest first, with short ids that differ")
  func list() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    var runs: [Run] = []
    for _ in 0..<4 {
      runs.append(try ledger.begin(plan()))
      Thread.sleep(forTimeInterval: 0.005)
    }
    #expect(try ledger.runs() == runs.reversed())
    #expect(try ledger.runs(limit: 2) == [runs[3], runs[2]])
    #expect(Set(runs.map(\.id)).count == 4)
    #expect(runs.allSatisfy { $0.id.wholeMatch(of: /\d{8}-\d{6}-[0-9a-f]{6}/) != nil })
  }

  @Test("a rate is that of runs alike: of the same prompts, engine and size of model, and of each model's first")
  func rates() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    for id in ["model-a", "model-b", "model-c"] { try ledger.register(modelRecord(id)) }
    try ledger.register(modelRecord("large", configuration: "large"))
    func asked(_ model: String = "model-a", prompts: String = "p", numerics: String = "numerics 1", blocks: Int) throws
    {
      let run = try ledger.begin(
        RunPlan(
          model: model, suite: "made", suiteHash: "s", promptHash: prompts, numerics: numerics, share: "1/1", draws: 1))
      for index in 0..<blocks {
        let block = requestBlock(block: index)
        try ledger.commit(block, scores: scores(block), of: run)
      }
      Thread.sleep(forTimeInterval: 0.05)
      try ledger.finish(run)
    }
    func rates(_ prompts: String = "p", _ numerics: String = "numerics 1", _ configuration: String = "c") throws -> Int
    {
      try ledger.scoringRates(
        suiteHash: "s", promptHash: prompts, numerics: numerics, configuration: configuration, leastAnswers: 30
      ).count
    }
    try asked(blocks: 2)
    try asked(prompts: "chat", blocks: 2)
    try asked(numerics: "a server's", blocks: 2)
    try asked("large", blocks: 2)
    try asked(blocks: 2)
    try asked("model-b", blocks: 1)
    #expect(try rates() == 1, "its second run read the ledger, and 16 answers are too few")
    try asked("model-c", blocks: 3)
    #expect(try rates() == 2)
    #expect(try rates("chat") == 1)
    #expect(try rates("p", "a server's") == 1)
    #expect(try rates("p", "numerics 1", "large") == 1)
    #expect(try rates("p", "numerics 2") == 0)
  }

  @Test("a thousand blocks of a core run commit in seconds of the processor's time")
  func speed() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let run = try ledger.begin(plan())
    let blocks = (0..<1000).map { requestBlock(block: $0) }
    let time = try processorTime {
      for block in blocks { try ledger.commit(block, scores: scores(block), of: run) }
    }
    #expect(time < 60)
    #expect(try ledger.itemScores(run).count == 16_000)
  }
}

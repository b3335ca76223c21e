import Foundation
import Ledger
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

  @Test("a thousand blocks of a core run commit in seconds")
  func speed() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let run = try ledger.begin(plan())
    let blocks = (0..<1000).map { requestBlock(block: $0) }
    let time = try ContinuousClock().measure {
      for block in blocks { try ledger.commit(block, scores: scores(block), of: run) }
    }
    #expect(time < .seconds(60))
    #expect(try ledger.itemScores(run).count == 16_000)
  }
}

import Foundation
import Ledger
import Suites
import Testing

@Suite("Runs by their model")
struct ModelRunsTests {
  private func plan(_ model: String, draws: Int = 1) -> RunPlan {
    RunPlan(
      model: model, suite: "made", suiteHash: "s", promptHash: "p", numerics: "numerics 1", share: "1/1", draws: draws)
  }

  /// A finished run of one block.
  private func finished(_ plan: RunPlan, _ block: RequestBlock, in ledger: Ledger) throws -> String {
    let run = try ledger.begin(plan)
    try ledger.commit(block, scores: scores(block), of: run)
    try ledger.finish(run)
    // The time that orders runs is kept in milliseconds.
    Thread.sleep(forTimeInterval: 0.005)
    return run.id
  }

  private func control(_ block: RequestBlock) -> RequestBlock {
    RequestBlock(
      task: block.task, block: block.block, draw: block.draw,
      observations: block.observations.map {
        Observation(
          task: $0.task, family: $0.family, item: $0.item, block: $0.block, k: $0.k, draw: $0.draw, condition: .random,
          role: $0.role, request: $0.request)
      })
  }

  @Test("a model's finished runs with gold demonstrations under one draw, newest first; no other's, and no control")
  func finishedRuns() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    for id in ["model-a", "model-b"] { try ledger.register(modelRecord(id)) }
    let first = try finished(plan("model-a"), requestBlock(block: 0), in: ledger)
    let second = try finished(plan("model-a"), requestBlock(block: 0), in: ledger)
    _ = try finished(plan("model-b"), requestBlock(block: 0), in: ledger)
    _ = try finished(plan("model-a", draws: 2), requestBlock(block: 0), in: ledger)
    _ = try finished(plan("model-a"), control(requestBlock(block: 0)), in: ledger)
    let open = try ledger.begin(plan("model-a"))
    try ledger.commit(requestBlock(block: 0), scores: scores(requestBlock(block: 0)), of: open)
    #expect(try ledger.finishedRuns(ofModel: "model-a").map(\.id) == [second, first])
    #expect(try ledger.finishedRuns(ofModel: "model-c").isEmpty)
  }

  @Test("a model is found by id, by its newest name, and by where it was last seen")
  func models() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord("model-a", name: "old", path: "/models/a"))
    try ledger.register(modelRecord("model-a", name: "tuned", path: "/models/a"))
    try ledger.register(modelRecord("model-b", name: "tuned", path: "/models/b"))
    #expect(try ledger.models(called: "model-b") == ["model-b"])
    #expect(try ledger.models(called: "tuned") == ["model-a", "model-b"])
    #expect(try ledger.models(called: "/models/a") == ["model-a"])
    #expect(try ledger.models(called: "old").isEmpty)
  }

  @Test("a run's tasks have their family, and the token hash of every request of theirs, choices too")
  func askedTasks() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let blocks = [requestBlock("one", block: 0), requestBlock("one", block: 1), requestBlock("two", block: 0)]
    let run = try ledger.begin(plan("model-a"))
    var expected: [String: [String: String]] = [:]
    for block in blocks {
      let answers = scores(block)
      try ledger.commit(block, scores: answers, of: run)
      expected[block.task, default: [:]].merge(answers.mapValues(\.tokenHash)) { first, _ in first }
    }
    // A control's requests are none of the suite's own.
    let third = control(requestBlock("three", block: 0))
    try ledger.commit(third, scores: scores(third), of: run)
    let tasks = try ledger.askedTasks(run)
    #expect(tasks.mapValues(\.tokenHashes) == expected)
    #expect(tasks.values.allSatisfy { $0.family == "made" })
    #expect(tasks["one"]?.tokenHashes.count == 64 && tasks["two"]?.tokenHashes.count == 32)
  }
}

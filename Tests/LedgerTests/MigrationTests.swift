import Foundation
import GRDB
import Ledger
import Suites
import Testing

@Suite("Ledgers of older versions")
struct MigrationTests {
  /// A ledger as the program with schema 1 wrote it: one finished run of a block of two items, and its verdict.
  private func versionOne(at path: String) throws {
    let dump = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Goldens/ledger/version-1.sql")
    let queue = try DatabaseQueue(path: path)
    try queue.inDatabase { db in
      try db.execute(sql: "PRAGMA foreign_keys = OFF")
      try db.execute(sql: String(contentsOf: dump, encoding: .utf8))
    }
    try queue.close()
  }

  @Test("a ledger of version 1 opens with all its scores, runs and verdicts, and takes trainings")
  func first() throws {
    let folder = try TemporaryFolder()
    try versionOne(at: folder.ledger)
    let before = try DatabaseQueue(path: folder.ledger)
    #expect(try before.read { try !$0.tableExists("trainings") && $0.tableExists("observations") })
    try before.close()

    let ledger = try Ledger(path: folder.ledger)
    let block = requestBlock(block: 0, items: 2)
    let ids = block.observations.map(\.request.id)
    #expect(try ledger.knownScores(model: "model-a", numerics: "numerics 1", requests: ids) == scores(block))
    let run = try #require(try ledger.runs().first)
    #expect(run.plan == plan() && run.finishedAt != nil)
    #expect(Set(try ledger.itemScores(run)) == Set(try itemScores(of: block, scores: scores(block))))
    #expect(try ledger.verdicts().map(\.verdict) == ["pass"])
    #expect(try ledger.model("model-a") == modelRecord())
    #expect(try ledger.trainings() == [])

    let training = try ledger.beginTraining(
      TrainingPlanRecord(
        recipe: "full", recipeHash: "5a", recipeText: "", base: "tiny", seed: 1, outFolder: "/out", labels: [],
        stepsPlanned: 1), command: "train")
    // Opened again it is as it was left: no migration runs twice.
    #expect(try Ledger(path: folder.ledger).trainings() == [training])
  }

  @Test("several programs that open a ledger of version 1 at once: one migrates it, all use it")
  func openings() async throws {
    for _ in 0..<5 {
      let folder = try TemporaryFolder()
      try versionOne(at: folder.ledger)
      let path = folder.ledger
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<4 {
          group.addTask {
            let ledger = try Ledger(path: path)
            let plan = TrainingPlanRecord(
              recipe: "full", recipeHash: "5a", recipeText: "", base: "tiny", seed: 1, outFolder: "/out/\(index)",
              labels: [], stepsPlanned: 1)
            let training = try ledger.beginTraining(plan, command: "train")
            try ledger.append(
              TrainingStep(step: 1, loss: 1, learningRate: 1, gradientNorm: 1, tokensPerSecond: 1), to: training)
          }
        }
        try await group.waitForAll()
      }
      let ledger = try Ledger(path: path)
      #expect(Set(try ledger.trainings().map(\.plan.outFolder)) == Set((0..<4).map { "/out/\($0)" }))
      #expect(try ledger.runs().count == 1)
    }
  }
}

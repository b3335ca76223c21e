import Foundation
import GRDB
import Ledger
import Suites
import Testing

@Suite("Several writers")
struct ConcurrencyTests {
  @Test("two ledgers on one file write thousands of rows at once: nothing is lost, and neither finds it locked")
  func writers() async throws {
    let folder = try TemporaryFolder()
    let path = folder.ledger
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in ["model-a", "model-b"] {
        group.addTask {
          let ledger = try Ledger(path: path)
          try ledger.register(modelRecord(writer))
          let run = try ledger.begin(plan(writer))
          for index in 0..<150 {
            // Both write the same requests, so that they also meet on the same rows.
            let block = requestBlock(block: index)
            try ledger.commit(block, scores: scores(block), of: run)
          }
          try ledger.finish(run)
        }
      }
      try await group.waitForAll()
    }
    let ledger = try Ledger(path: path)
    let ids = (0..<150).flatMap { requestBlock(block: $0).observations.map(\.request.id) }
    for run in try ledger.runs() {
      #expect(try ledger.completedBlocks(run).count == 150)
      #expect(try ledger.itemScores(run).count == 150 * 16)
      #expect(try ledger.knownScores(model: run.plan.model, numerics: "numerics 1", requests: ids).count == 4800)
    }
    #expect(try ledger.runs().count == 2)
  }

  @Test("many openings of a ledger that is not there yet: one makes it, all use it")
  func openings() async throws {
    for _ in 0..<10 {
      let folder = try TemporaryFolder()
      let path = folder.ledger
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<4 {
          group.addTask { try Ledger(path: path).register(modelRecord("model-\(index)")) }
        }
        try await group.waitForAll()
      }
      let ledger = try Ledger(path: path)
      for index in 0..<4 { #expect(try ledger.model("model-\(index)") != nil) }
    }
  }

  @Test("a writer that is stopped inside a transaction leaves what was committed before, and nothing of its own")
  func abandoned() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let run = try ledger.begin(plan())
    let block = requestBlock(block: 0)
    try ledger.commit(block, scores: scores(block), of: run)
    do {
      // What a process killed between two statements leaves behind: an open transaction, and then no connection.
      let other = try DatabaseQueue(path: folder.ledger)
      try other.inDatabase { db in
        try db.execute(sql: "BEGIN IMMEDIATE")
        try db.execute(sql: "DELETE FROM observations")
        try db.execute(sql: "DELETE FROM scores")
        #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM scores") == 0)
        // A reader in another connection sees none of it.
        #expect(try ledger.completedBlocks(run) == [block.key])
        try db.execute(sql: "ROLLBACK")
      }
    }
    // The files as they lie on the disk in the middle of a transaction, as after a power cut.
    let copy = try TemporaryFolder()
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: folder.ledger + suffix, toPath: copy.ledger + suffix)
    }
    let recovered = try Ledger(path: copy.ledger)
    #expect(try recovered.itemScores(run).count == 16)
    #expect(try recovered.resumableRun(plan()) == run)
  }

  @Test("a write-ahead log that was cut off mid-block loses that block alone")
  func torn() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let run = try ledger.begin(plan())
    for index in 0..<5 {
      let block = requestBlock(block: index)
      try ledger.commit(block, scores: scores(block), of: run)
    }
    let copy = try TemporaryFolder()
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: folder.ledger + suffix, toPath: copy.ledger + suffix)
    }
    let log = try FileHandle(forUpdating: URL(fileURLWithPath: copy.ledger + "-wal"))
    try log.truncate(atOffset: try log.seekToEnd() - 6000)
    try log.close()
    let recovered = try Ledger(path: copy.ledger)
    #expect(try recovered.completedBlocks(run) == Set((0..<4).map { BlockKey(task: "task", block: $0, draw: 0) }))
    #expect(try recovered.itemScores(run).count == 4 * 16)
  }
}

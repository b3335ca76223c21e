import Diagnostics
import Foundation
import GRDB
import Ledger
import Suites
import Testing

/// A row that is not as it was written is not used: one UPDATE made a pass of a fail.
@Suite("Checksums of rows")
struct ChecksumTests {
  @Test(
    "an edited row is refused where it is read",
    arguments: [
      "UPDATE scores SET logprob = logprob + 1", "UPDATE scores SET exact_match = 1 - exact_match",
      "UPDATE observations SET item = 'another' WHERE role = -1 AND item = (SELECT min(item) FROM observations)",
      "UPDATE scores SET token_hash = 'ff'", "UPDATE runs SET share = '1/2'", "UPDATE models SET weights = 'ff'",
      "UPDATE verdicts SET verdict = 'pass'", "UPDATE verdicts SET report = report || ' '",
      "UPDATE requests SET context = 'another'", "UPDATE scores SET checksum = checksum + 1",
      "DELETE FROM gate_verdicts", "DELETE FROM gate_verdicts WHERE position = 1", "UPDATE gates SET verdict_count = 1",
      "DELETE FROM scores", "DELETE FROM scores WHERE request_id = (SELECT min(request_id) FROM scores)",
    ])
  func edited(sql: String) throws {
    let folder = try TemporaryFolder()
    let block = requestBlock(block: 0)
    let ids = block.observations.map(\.request.id)
    do {
      let ledger = try Ledger(path: folder.ledger)
      try ledger.register(modelRecord())
      let run = try ledger.begin(plan())
      try ledger.commit(block, scores: scores(block), of: run)
      try ledger.finish(run)
      let verdicts = try ["pass", "fail"].map {
        try ledger.saveVerdict($0, run: run, model: "model-a", baselinePath: "b", baselineHash: "00", report: "{}").id
      }
      try ledger.saveGate(header: "{}", leftOut: [:], verdicts: verdicts)
      try readAll(ledger, ids)
    }
    do {
      let other = try DatabaseQueue(path: folder.ledger)
      try other.inDatabase { db in
        try db.execute(sql: "PRAGMA foreign_keys = OFF")
        try db.execute(sql: sql)
        #expect(db.changesCount > 0)
      }
    }
    let error = try #require(throws: InputError.self) { try readAll(try Ledger(path: folder.ledger), ids) }
    #expect(error.file == folder.ledger)
    #expect(error.description.contains("holds what was never written there"))
  }

  @Test("an edited file hash is refused: it would make one model of another")
  func fileHash() throws {
    let folder = try TemporaryFolder()
    let state = FileState(device: 1, inode: 2, size: 3, modified: 4, changed: 5)
    try Ledger(path: folder.ledger).store(hash: "aa", of: state)
    do {
      let other = try DatabaseQueue(path: folder.ledger)
      try other.inDatabase { try $0.execute(sql: "UPDATE file_hashes SET sha256 = 'bb'") }
    }
    #expect(throws: InputError.self) { try Ledger(path: folder.ledger).hash(of: state) }
  }

  @Test("a write within a transaction that is given up keeps nothing")
  func unless() throws {
    struct Changed: Error {}
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let run = try ledger.begin(plan())
    let block = requestBlock(block: 0)
    #expect(throws: Changed.self) {
      try ledger.commit(block, scores: scores(block), of: run, unless: { throw Changed() })
    }
    #expect(try ledger.completedBlocks(run).isEmpty)
    let ids = block.observations.map(\.request.id)
    #expect(try ledger.knownScores(model: "model-a", numerics: "numerics 1", requests: ids).isEmpty)
  }

  private func readAll(_ ledger: Ledger, _ requests: [String]) throws {
    let run = try #require(try ledger.runs().first)
    _ = try ledger.model("model-a")
    _ = try ledger.itemScores(run)
    _ = try ledger.askedTasks(run)
    _ = try ledger.knownScores(model: "model-a", numerics: "numerics 1", requests: requests)
    for item in try ledger.itemScores(run) {
      _ = try ledger.question(of: item, in: run)
      _ = try ledger.traces(ofItem: item.item, task: nil, in: run)
    }
    _ = try ledger.verdicts()
    _ = try ledger.newestGate()
  }
}

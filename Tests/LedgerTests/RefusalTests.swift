import Diagnostics
import Foundation
import GRDB
import Ledger
import Suites
import Testing

@Suite("What is no ledger")
struct RefusalTests {
  @Test("a file that is not a database")
  func text() throws {
    let folder = try TemporaryFolder()
    try String(repeating: "not a database\n", count: 100).write(
      toFile: folder.ledger, atomically: false, encoding: .utf8)
    try expectRefusal(folder.ledger, "not an SQLite database")
  }

  @Test("another program's database, which stays as it is")
  func foreign() throws {
    let folder = try TemporaryFolder()
    do {
      let other = try DatabaseQueue(path: folder.ledger)
      try other.write { try $0.execute(sql: "CREATE TABLE cats (name TEXT)") }
    }
    try expectRefusal(folder.ledger, "another program's database")
  }

  @Test("a ledger of a newer version")
  func newer() throws {
    let folder = try TemporaryFolder()
    _ = try Ledger(path: folder.ledger)
    do {
      let other = try DatabaseQueue(path: folder.ledger)
      try other.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99 later')") }
    }
    try expectRefusal(folder.ledger, "written by a newer version of Holdfast; update Holdfast")
  }

  @Test("a folder, and a path below a file")
  func places() throws {
    let folder = try TemporaryFolder()
    try expectRefusal(folder.path, "cannot be opened")
    try "".write(toFile: "\(folder.path)/file", atomically: false, encoding: .utf8)
    try expectRefusal("\(folder.path)/file/ledger.sqlite", "cannot be made")
  }

  @Test("a read-only file", .enabled(if: geteuid() != 0, "root may write everything"))
  func readOnly() throws {
    let folder = try TemporaryFolder()
    _ = try Ledger(path: folder.ledger)
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: folder.ledger)
    try expectRefusal(folder.ledger, "is read-only")
  }

  @Test("a damaged database is reported where it is read, not crashed on")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let run: Run
    do {
      let ledger = try Ledger(path: folder.ledger)
      try ledger.register(modelRecord())
      run = try ledger.begin(plan())
      for index in 0..<20 {
        let block = requestBlock(block: index)
        try ledger.commit(block, scores: scores(block), of: run)
      }
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.ledger))
    #expect(whole.count > 200_000)
    var generator = SplitMix64(seed: 3)
    for _ in 0..<30 {
      var bytes = whole
      let start = 100 + generator.below(whole.count - 5000)
      for offset in 0..<4096 { bytes[start + offset] = UInt8(generator.below(256)) }
      try bytes.write(to: URL(fileURLWithPath: folder.ledger))
      do {
        let ledger = try Ledger(path: folder.ledger)
        _ = try ledger.itemScores(run)
        _ = try ledger.completedBlocks(run)
        _ = try ledger.runs()
        _ = try ledger.knownScores(
          model: "model-a", numerics: "numerics 1", requests: requestBlock(block: 3).observations.map(\.request.id))
      } catch let error as InputError {
        #expect(error.file == folder.ledger)
      }
    }
  }

  @Test(
    "a database that calls itself a ledger and has other tables",
    arguments: [
      "DROP TABLE answers", "ALTER TABLE scores ADD COLUMN note TEXT", "CREATE TABLE cats (name TEXT)",
      "CREATE TRIGGER hidden AFTER INSERT ON scores BEGIN DELETE FROM scores; END", "DROP INDEX runs_by_model",
      "CREATE VIEW runs_too AS SELECT * FROM runs",
    ])
  func otherTables(sql: String) throws {
    let folder = try TemporaryFolder()
    _ = try Ledger(path: folder.ledger)
    do {
      let other = try DatabaseQueue(path: folder.ledger)
      try other.inDatabase { try $0.execute(sql: sql) }
    }
    let error = try #require(throws: InputError.self) { _ = try Ledger(path: folder.ledger) }
    #expect(error.file == folder.ledger)
    #expect(error.field != nil)
  }

  @Test("a full disk says so, and what was committed is kept", .enabled(if: TinyDisk.isAvailable, "needs a tmpfs"))
  func full() throws {
    let disk = try TinyDisk(kibibytes: 512)
    let path = "\(disk.path)/ledger.sqlite"
    var committed = 0
    do {
      let ledger = try Ledger(path: path)
      try ledger.register(modelRecord())
      let run = try ledger.begin(plan())
      let error = try #require(throws: InputError.self) {
        for index in 0..<1000 {
          let block = requestBlock(block: index)
          try ledger.commit(block, scores: scores(block), of: run)
          committed += 1
        }
      }
      #expect(error.description.contains("space"))
      #expect(committed > 0)
      #expect(try ledger.completedBlocks(run).count == committed)
    }
  }

  private func expectRefusal(_ path: String, _ message: String) throws {
    let error = try #require(throws: InputError.self) { _ = try Ledger(path: path) }
    #expect(error.file == path)
    #expect(error.description.contains(message))
  }
}

/// A file system in memory that is soon full; only root can mount one, and not everywhere.
private final class TinyDisk {
  let path: String

  init(kibibytes: Int) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("disk-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard Self.run("mount", ["-t", "tmpfs", "-o", "size=\(kibibytes)k", "tmpfs", path]) else {
      throw CocoaError(.fileWriteNoPermission)
    }
  }

  deinit {
    // Lazily: SQLite's connections close a moment after the ledger's last use.
    _ = Self.run("umount", ["-l", path])
    try? FileManager.default.removeItem(atPath: path)
  }

  static let isAvailable: Bool = geteuid() == 0 && (try? TinyDisk(kibibytes: 64)) != nil

  private static func run(_ tool: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

import Diagnostics
import Foundation
import GRDB
import Reading

/// The SQLite database of everything that was scored: models, requests, scores, runs and verdicts.
///
/// Several processes may use one ledger at once: readers never wait (WAL), and a writer waits its turn for as long as
/// a block of scores could take. Whatever a method writes is one transaction; a process that is killed loses at most
/// the one that it was in.
///
/// Every method throws `InputError` where the file can no longer be read or written for a reason that the user can
/// remove.
package final class Ledger: Sendable {
  /// The database file, for messages.
  package let path: String
  private let pool: DatabasePool
  /// The file that was opened.
  private let file: FileStamp?

  /// Seconds that a writer waits for another one: many times what a block of scores takes to commit.
  private static let busyTimeout: TimeInterval = 30

  /// Opens the ledger, creating the file, its folder and its tables where they are missing, and migrating older tables.
  ///
  /// - Throws: `InputError` where the path cannot be written, is not a ledger, is damaged, or was written by a newer
  ///   version.
  package init(path: String) throws {
    self.path = path
    // SQLite would wait for a pipe's other end for ever.
    for name in [path, "\(path)-wal", "\(path)-shm", "\(path)-journal"] {
      guard let kind = FileKind.of(name), kind != .regular else { continue }
      throw InputError(
        name, "cannot be opened: \(kind.statement)", remedy: "give a file that you may write, or choose another ledger")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        path, "its folder '\(folder)' cannot be made (\(systemWords(error)))",
        remedy: "make the folder writable or choose another ledger")
    }
    do {
      pool = try Self.open(path)
    } catch let error as DatabaseError {
      throw explained(error, path: path)
    }
    file = FileStamp.of(path)
  }

  /// What is written to a file that somebody removed or replaced is lost when the program ends.
  private func demandInPlace() throws {
    guard let file, FileStamp.of(path)?.isOfFile(file) != true else { return }
    throw InputError(
      path, "was removed or replaced by another file while it was in use",
      remedy: "leave it where it is until the command ends, and run the same command again")
  }

  /// Opens a ledger that is there: who only reads makes none.
  ///
  /// - Throws: `InputError` as the other one does, and where there is no file.
  package convenience init(existingAt path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw InputError(path, "no such ledger", remedy: "score or gate something first, or name another with --ledger")
    }
    try self.init(path: path)
  }

  /// Two processes that open a new ledger at once both find it without tables. One of them may then find a table
  /// there when it comes to make it, or the file locked in a way that SQLite does not wait for; a second look finds
  /// the work done.
  private static func open(_ path: String) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(busyTimeout)
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { $0.add(function: Table.checksum) }
    let deadline = ContinuousClock.now + .seconds(busyTimeout)
    var attempt = 1
    while true {
      do {
        let pool = try DatabasePool(path: path, configuration: configuration)
        try refuseForeign(pool, path: path)
        try Schema.migrator.migrate(pool)
        try Schema.refuseOther(pool, path: path)
        return pool
      } catch let error as DatabaseError where isRace(error) && attempt < 20 && ContinuousClock.now < deadline {
        attempt += 1
        Thread.sleep(forTimeInterval: 0.05)
      }
    }
  }

  private static func isRace(_ error: DatabaseError) -> Bool {
    [.SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode)
  }

  private static func refuseForeign(_ pool: DatabasePool, path: String) throws {
    try pool.read { db in
      let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
      // Another process may be making the tables just now: the migrator's own is there before the first migration is.
      let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'grdb_%'"
      let tables = try Int.fetchOne(db, sql: sql) ?? 0
      guard application == Schema.applicationID || (application == 0 && tables == 0) else {
        throw InputError(path, "another program's database", remedy: "choose another path for the ledger")
      }
      if try Schema.migrator.hasBeenSuperseded(db) {
        throw InputError(
          path, "written by a newer version of Holdfast", remedy: "update Holdfast or choose another ledger")
      }
    }
  }

  /// Reads one consistent state of the database.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do {
      return try pool.read(body)
    } catch let error as DatabaseError {
      throw explained(error, path: path)
    }
  }

  /// Writes, in one transaction, what follows from another ledger, which `body` knows as `other`.
  func attaching<Value>(_ other: String, _ body: (Database) throws -> Value) throws -> Value {
    do {
      return try pool.writeWithoutTransaction { db in
        try db.execute(sql: "ATTACH DATABASE ? AS other", arguments: [other])
        defer { try? db.execute(sql: "DETACH DATABASE other") }
        var value: Value?
        try db.inTransaction {
          value = try body(db)
          return .commit
        }
        guard let value else { throw DatabaseError(message: "nothing was done") }
        return value
      }
    } catch let error as DatabaseError {
      throw explained(error, path: path)
    }
  }

  /// Writes everything that `body` writes, or nothing of it where it throws.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try demandInPlace()
    do {
      return try pool.write(body)
    } catch let error as DatabaseError {
      throw explained(error, path: path)
    }
  }
}

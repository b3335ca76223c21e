import Foundation
import GRDB

/// What takes its time, may be stopped and gone on with, and is noted when it begins and when it is complete: a run, a training.
protocol Undertaking: Sendable {
  /// It has `id`, `started_at` and `finished_at`.
  static var table: Table { get }

  var id: String { get }

  /// - Parameter row: with all of the table's columns.
  /// - Throws: `InputError` for what was never written there.
  init(_ row: Row, in ledger: Ledger) throws
}

extension Ledger {
  /// Notes that something begins.
  ///
  /// - Parameter columns: the row's fixed columns, given its new id and the time.
  func begin<Begun: Undertaking>(
    _ type: Begun.Type, _ columns: (_ id: String, _ now: Date) throws -> StatementArguments
  ) throws -> Begun {
    let now = Date()
    let id = uniqueID(at: now)
    let arguments = try columns(id, now)
    return try write { db in
      try db.execute(sql: Begun.table.insertion(), arguments: arguments)
      guard let begun = (try undertakings("WHERE id = ?", [id], in: db) as [Begun]).first else {
        throw damaged("\(Begun.table.rawValue).id")
      }
      return begun
    }
  }

  /// Those that a condition chooses, the newest first.
  ///
  /// - Parameter condition: SQL of a WHERE clause, or nothing.
  func undertakings<Begun: Undertaking>(
    _ condition: String, _ arguments: StatementArguments, limit: Int? = nil, in db: Database
  ) throws -> [Begun] {
    let bound = limit.map { "LIMIT \(max(0, $0))" } ?? ""
    let sql = """
      SELECT \(Begun.table.columns("u")) FROM \(Begun.table.rawValue) AS u \(condition)
      ORDER BY started_at DESC, id DESC \(bound)
      """
    return try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
      try demandIntact(row, Begun.table)
      return try Begun(row, in: self)
    }
  }

  /// The newest of those that columns choose, that was begun and not finished; nil where there is none.
  func resumable<Begun: Undertaking>(_ columns: [(name: String, value: any DatabaseValueConvertible)]) throws -> Begun?
  {
    let condition = columns.map { "\($0.name) = ?" } + ["finished_at IS NULL"]
    let which = "WHERE \(condition.joined(separator: " AND "))"
    let arguments = StatementArguments(columns.map { $0.value.databaseValue })
    return try read { db in (try undertakings(which, arguments, limit: 1, in: db) as [Begun]).first }
  }

  /// Notes that it is complete. The first time stays, where two processes went on with the same one.
  func complete(_ begun: some Undertaking) throws {
    try write { db in
      try db.execute(
        sql: "UPDATE \(type(of: begun).table.rawValue) SET finished_at = ? WHERE id = ? AND finished_at IS NULL",
        arguments: [Date(), begun.id])
    }
  }
}

import Diagnostics
import GRDB

extension Schema {
  /// The tables and indices that a ledger of this version has, by name, as SQL.
  private static let own = Result {
    var configuration = Configuration()
    configuration.prepareDatabase { $0.add(function: Table.checksum) }
    let empty = try DatabaseQueue(configuration: configuration)
    try migrator.migrate(empty)
    return try empty.read(definitions)
  }

  /// Refuses a database whose tables are not the ledger's, whatever its header says: queries would fail on them, or read something else.
  static func refuseOther(_ pool: DatabasePool, path: String) throws {
    let (own, found) = (try own.get(), try pool.read(definitions))
    let differing = Set(own.keys).union(found.keys).filter { own[$0] != found[$0] }
    guard let name = differing.min() else { return }
    throw InputError(
      path, field: name, own[name] == nil ? "is no part of a ledger" : "is not as Holdfast makes it",
      remedy: "restore a copy, or move the file aside and run again: scores are then computed afresh")
  }

  private static func definitions(_ db: Database) throws -> [String: String] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT name, type, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%'")
    var definitions: [String: String] = [:]
    for row in rows {
      let columns = ["name", "type", "sql"].map { String.fromDatabaseValue(row[$0]) ?? "" }
      definitions[columns[0]] = "\(columns[1]) \(columns[2])"
    }
    return definitions
  }
}

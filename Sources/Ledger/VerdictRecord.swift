import Foundation
import GRDB

/// A verdict on one candidate as it was given, with its whole report.
package struct VerdictRecord: Sendable, Hashable {
  /// When it was given and six random hexadecimal digits.
  package let id: String
  /// The candidate's run; nil where its scores did not come from a run in this ledger.
  package let run: String?
  /// The candidate's registered id.
  package let model: String
  package let baselinePath: String
  /// SHA-256 of the baseline file.
  package let baselineHash: String
  /// `pass`, `fail`, `inconclusive` or `not gateable`.
  package let verdict: String
  /// JSON.
  package let report: String
  package let createdAt: Date
}

extension Ledger {
  /// Keeps a verdict. Its model and its run, where there is one, must be in the ledger.
  @discardableResult
  package func saveVerdict(
    _ verdict: String, run: Run?, model: String, baselinePath: String, baselineHash: String, report: String
  ) throws -> VerdictRecord {
    let now = Date()
    let id = uniqueID(at: now)
    return try write { db in
      try db.execute(
        sql: Table.verdicts.insertion(),
        arguments: [id, run?.id, model, baselinePath, baselineHash, verdict, report, now])
      guard let record = try self.verdict(id, in: db) else { throw damaged("verdicts.id") }
      return record
    }
  }

  /// The verdict of an id; nil where there is none.
  package func verdict(_ id: String) throws -> VerdictRecord? {
    try read { db in try verdict(id, in: db) }
  }

  /// The newest verdicts first.
  package func verdicts(limit: Int = 20) throws -> [VerdictRecord] {
    try read { db in
      let sql = "SELECT \(Table.verdicts.columns("v")) FROM verdicts AS v ORDER BY created_at DESC, id DESC LIMIT ?"
      return try Row.fetchAll(db, sql: sql, arguments: [max(0, limit)]).map(verdict)
    }
  }

  /// The verdicts of gates against one baseline, oldest first, until the one of an id.
  package func verdicts(baselineHash: String, through id: String) throws -> [VerdictRecord] {
    try read { db in
      let sql = """
        SELECT \(Table.verdicts.columns("v")) FROM verdicts AS v JOIN verdicts AS last ON last.id = ?
        WHERE v.baseline_hash = ? AND (v.created_at, v.id) <= (last.created_at, last.id)
        ORDER BY v.created_at, v.id
        """
      return try Row.fetchAll(db, sql: sql, arguments: [id, baselineHash]).map(verdict)
    }
  }

  /// The verdicts by one baseline on one model, or on all, oldest first.
  package func verdicts(baselineHash: String, model: String?) throws -> [VerdictRecord] {
    try read { db in
      let sql = """
        SELECT \(Table.verdicts.columns("v")) FROM verdicts AS v WHERE v.baseline_hash = ? AND v.model_id = COALESCE(?, v.model_id)
        ORDER BY v.created_at, v.id
        """
      return try Row.fetchAll(db, sql: sql, arguments: [baselineHash, model]).map(verdict)
    }
  }

  func verdict(_ id: String, in db: Database) throws -> VerdictRecord? {
    let sql = "SELECT \(Table.verdicts.columns("v")) FROM verdicts AS v WHERE id = ?"
    return try Row.fetchOne(db, sql: sql, arguments: [id]).map(verdict)
  }

  private func verdict(_ row: Row) throws -> VerdictRecord {
    try demandIntact(row, .verdicts)
    return VerdictRecord(
      id: try value(row, "id", of: "verdicts"),
      run: try optional(row, "run_id", of: "verdicts"),
      model: try value(row, "model_id", of: "verdicts"),
      baselinePath: try value(row, "baseline_path", of: "verdicts"),
      baselineHash: try value(row, "baseline_hash", of: "verdicts"),
      verdict: try value(row, "verdict", of: "verdicts"),
      report: try value(row, "report", of: "verdicts"),
      createdAt: try value(row, "created_at", of: "verdicts"))
  }
}

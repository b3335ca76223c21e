import Foundation
import GRDB

/// A gate as it was run: enough to write its report again.
package struct GateRecord: Sendable, Hashable {
  /// When it ended and six random hexadecimal digits.
  package let id: String
  /// JSON, as report.json has it.
  package let header: String
  /// Items that are in the fine-tuning data, by task.
  package let leftOut: [String: Set<String>]
  /// In the order of the candidates.
  package let verdicts: [VerdictRecord]
}

extension Ledger {
  /// Keeps a gate. Its verdicts must be in the ledger.
  ///
  /// - Parameter verdicts: their ids, in the order of the candidates.
  @discardableResult
  package func saveGate(header: String, leftOut: [String: Set<String>], verdicts: [String]) throws -> GateRecord {
    let now = Date()
    let id = uniqueID(at: now)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let items = String(decoding: try encoder.encode(leftOut.mapValues { $0.sorted() }), as: UTF8.self)
    return try write { db in
      try db.execute(
        sql: Table.gates.insertion(),
        arguments: [id, header, items, now, verdicts.count])
      for (position, verdict) in verdicts.enumerated() {
        try db.execute(
          sql: Table.gateVerdicts.insertion(),
          arguments: [id, position, verdict])
      }
      guard let gate = try gate("WHERE id = ?", [id], in: db) else { throw damaged("gates.id") }
      return gate
    }
  }

  /// The gate of an id; nil where there is none.
  package func gate(_ id: String) throws -> GateRecord? {
    try read { db in try gate("WHERE id = ?", [id], in: db) }
  }

  /// The newest gate; nil where there is none.
  package func newestGate() throws -> GateRecord? {
    try read { db in try gate("ORDER BY created_at DESC, id DESC LIMIT 1", [], in: db) }
  }

  /// The newest gate that judged a run; nil where none did.
  package func gate(ofRun run: String) throws -> GateRecord? {
    let which = """
      WHERE id IN (
        SELECT g.gate_id FROM gate_verdicts AS g JOIN verdicts AS v ON v.id = g.verdict_id WHERE v.run_id = ?)
      ORDER BY created_at DESC, id DESC LIMIT 1
      """
    return try read { db in try gate(which, [run], in: db) }
  }

  /// The id of the gate that each verdict was given in, by the verdict's id.
  package func gatesByVerdict() throws -> [String: String] {
    try read { db in
      let rows = try Row.fetchAll(db, sql: "SELECT verdict_id, gate_id FROM gate_verdicts")
      return Dictionary(
        try rows.map { row -> (String, String) in
          (try value(row, "verdict_id", of: "gate_verdicts"), try value(row, "gate_id", of: "gate_verdicts"))
        }
      ) { first, _ in first }
    }
  }

  private func gate(_ which: String, _ arguments: StatementArguments, in db: Database) throws -> GateRecord? {
    let sql = "SELECT \(Table.gates.columns("g")) FROM gates AS g \(which)"
    guard let row = try Row.fetchOne(db, sql: sql, arguments: arguments) else { return nil }
    try demandIntact(row, .gates)
    let id: String = try value(row, "id", of: "gates")
    let items: String = try value(row, "left_out", of: "gates")
    guard let leftOut = try? JSONDecoder().decode([String: Set<String>].self, from: Data(items.utf8)) else {
      throw damaged("gates.left_out")
    }
    let members =
      "SELECT \(Table.gateVerdicts.columns("g")) FROM gate_verdicts AS g WHERE gate_id = ? ORDER BY position"
    let verdicts = try Row.fetchAll(db, sql: members, arguments: [id]).map { row in
      try demandIntact(row, .gateVerdicts)
      guard let record = try verdict(try value(row, "verdict_id", of: "gate_verdicts") as String, in: db) else {
        throw damaged("gate_verdicts.verdict_id")
      }
      return record
    }
    guard verdicts.count == (try value(row, "verdict_count", of: "gates") as Int) else {
      throw damaged("gate_verdicts")
    }
    return GateRecord(id: id, header: try value(row, "header", of: "gates"), leftOut: leftOut, verdicts: verdicts)
  }
}

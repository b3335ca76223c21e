import Diagnostics
import GRDB

/// Two ledgers say different things of one key: one of them is of another engine's or model's making, or was written to.
package struct MergeConflict: Error, Equatable, CustomStringConvertible {
  /// The ledger that was to be taken in, and the one that was there.
  package let source: String
  package let destination: String
  package let table: String
  /// The first keys, with both sides.
  package let examples: [String]
  package let count: Int

  package var description: String {
    "\(source) and \(destination) contradict each other in \(count) row\(count == 1 ? "" : "s") of \(table), and nothing was "
      + "merged: \(examples.joined(separator: "; "))"
  }
}

extension Ledger {
  /// What a merge found.
  package struct Merged: Sendable, Equatable {
    /// Scores and runs that were not there.
    package let scores: Int
    package let runs: Int
    /// Scores that both had.
    package let known: Int

    package init(scores: Int, runs: Int, known: Int) {
      self.scores = scores
      self.runs = runs
      self.known = known
    }
  }

  /// In the order in which rows refer to each other, each with its key.
  private static let merged: [(table: Table, key: [String])] = [
    (.models, ["id"]), (.servers, ["model_id"]), (.requests, ["id"]),
    (.scores, ["model_id", "request_id", "numerics_id"]),
    (.answers, ["model_id", "request_id", "numerics_id"]), (.runs, ["id"]),
    (.observations, ["run_id", "task", "draw", "block", "k", "item", "condition", "role"]), (.verdicts, ["id"]),
    (.gates, ["id"]), (.gateVerdicts, ["gate_id", "position"]),
  ]
  private static let mostExamples = 3

  /// Takes in all that another ledger has of models, scores, runs and gates: all or nothing. What is there already stays.
  ///
  /// - Throws: `MergeConflict`; `InputError` where the other one is no ledger, or damaged.
  package func merge(_ source: String) throws -> Merged {
    // Checked, and brought to this version's tables.
    _ = try Ledger(existingAt: source)
    return try attaching(source) { db in
      let known =
        try Int.fetchOne(
          db, sql: "SELECT count(*) FROM other.scores AS s JOIN main.scores USING (model_id, request_id, numerics_id)")
        ?? 0
      var counts: [Table: Int] = [:]
      for (table, key) in Self.merged {
        try demandIntact(table, of: source, db)
        // How far a server's answers moved is another thing each time it was tested: the first stays.
        if table != .servers { try demandAgreement(table, key, of: source, db) }
        try db.execute(sql: "INSERT OR IGNORE INTO main.\(table.rawValue) SELECT * FROM other.\(table.rawValue)")
        counts[table] = db.changesCount
      }
      // A run that one ledger has finished is finished.
      try db.execute(
        sql: """
          UPDATE main.runs SET finished_at = (SELECT o.finished_at FROM other.runs AS o WHERE o.id = main.runs.id)
          WHERE finished_at IS NULL AND id IN (SELECT id FROM other.runs WHERE finished_at IS NOT NULL)
          """)
      return Merged(scores: counts[.scores] ?? 0, runs: counts[.runs] ?? 0, known: known)
    }
  }

  private func demandIntact(_ table: Table, of source: String, _ db: Database) throws {
    let sql = "SELECT count(*) FROM other.\(table.rawValue) AS o WHERE NOT (\(table.isIntact("o")))"
    guard try Int.fetchOne(db, sql: sql) == 0 else {
      throw InputError(
        source, field: table.rawValue, "has rows that are not as they were written",
        remedy: "restore a copy of it, or score its part again")
    }
  }

  private func demandAgreement(_ table: Table, _ key: [String], of source: String, _ db: Database) throws {
    let same = key.map { "m.\($0) = o.\($0)" }.joined(separator: " AND ")
    // Answers of a server with a noise floor differ from one asking to the next: the first that was kept stays.
    let isNoisy =
      table == .scores || table == .answers
      ? "AND NOT EXISTS (SELECT 1 FROM other.servers AS v WHERE v.model_id = o.model_id AND json_extract(v.description, '$.noise') > 0)"
      : ""
    let from =
      "FROM other.\(table.rawValue) AS o JOIN main.\(table.rawValue) AS m ON \(same) WHERE m.checksum <> o.checksum \(isNoisy)"
    let count = try Int.fetchOne(db, sql: "SELECT count(*) \(from)") ?? 0
    guard count > 0 else { return }
    let values = table.fixedColumns.filter { !key.contains($0) }.flatMap { ["o.\($0)", "m.\($0)"] }
    let columns = (key.map { "o.\($0)" } + values).map { "quote(\($0))" }.joined(separator: ", ")
    let rows = try Row.fetchAll(db, sql: "SELECT \(columns) \(from) LIMIT \(Self.mostExamples)")
    let others = table.fixedColumns.filter { !key.contains($0) }
    let examples = rows.map { row -> String in
      let texts: [String] = row.databaseValues.map { value in String.fromDatabaseValue(value) ?? "NULL" }
      var differing: [String] = []
      for (place, name) in others.enumerated() {
        let first = key.count + 2 * place
        guard texts[first] != texts[first + 1] else { continue }
        differing.append(
          "\(name) \(shown(texts[first], limit: 60)) there and \(shown(texts[first + 1], limit: 60)) here")
      }
      let place = texts.prefix(key.count).map { shown($0, limit: 40) }.joined(separator: " ")
      return "\(place): \(differing.joined(separator: ", "))"
    }
    throw MergeConflict(source: source, destination: path, table: table.rawValue, examples: examples, count: count)
  }
}

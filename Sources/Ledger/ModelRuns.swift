import GRDB
import Suites

/// A task as a run asked it, beside what the answers scored.
package struct AskedTask: Sendable, Hashable {
  package let family: String
  /// The token hash of every request, by request id.
  package fileprivate(set) var tokenHashes: [String: String]
}

extension Ledger {
  /// Ids of the models that a text may mean: those with that id, or last seen under that name or path.
  package func models(called text: String) throws -> [String] {
    try read { db in
      let sql = "SELECT id FROM models WHERE id = ? OR name = ? OR path = ? ORDER BY id"
      let rows = try Row.fetchAll(db, sql: sql, arguments: [text, text, text])
      return try rows.map { row in try value(row, "id", of: "models") as String }
    }
  }

  /// A model's finished runs under a baseline's draw and with gold demonstrations, newest first: no controls, and no further looks.
  package func finishedRuns(ofModel model: String) throws -> [Run] {
    let ids: [String] = try read { db in
      let sql = """
        SELECT r.id FROM runs AS r
        WHERE r.model_id = ? AND r.draws = 1 AND r.finished_at IS NOT NULL
          AND EXISTS (SELECT 1 FROM observations AS o WHERE o.run_id = r.id AND o.condition = ?)
        ORDER BY r.started_at DESC, r.id DESC
        """
      let rows = try Row.fetchAll(db, sql: sql, arguments: [model, Condition.gold.rawValue])
      return try rows.map { row in try value(row, "id", of: "runs") as String }
    }
    return try ids.compactMap { id in try run(id) }
  }

  /// The tasks of a run's committed blocks by name, as far as they were asked with gold demonstrations.
  package func askedTasks(_ run: Run) throws -> [String: AskedTask] {
    try read { db in
      let sql = """
        SELECT o.task, o.family, o.request_id, s.token_hash,
          \(Table.observations.isIntact("o")) AS \(Table.observations.intactColumn),
          \(Table.scores.isIntact("s")) AS \(Table.scores.intactColumn)
        FROM observations AS o
        LEFT JOIN scores AS s ON s.model_id = ? AND s.request_id = o.request_id AND s.numerics_id = ?
        WHERE o.run_id = ? AND o.condition = ?
        """
      let arguments: StatementArguments = [
        run.plan.model, run.plan.numerics, run.id, Condition.gold.rawValue,
      ]
      var tasks: [String: AskedTask] = [:]
      let cursor = try Row.fetchCursor(db, sql: sql, arguments: arguments)
      while let row = try cursor.next() {
        try demandIntact(row, .observations)
        try demandIntact(row, .scores)
        let task: String = try value(row, "task", of: "observations")
        let family: String = try value(row, "family", of: "observations")
        let request: String = try value(row, "request_id", of: "observations")
        let hash: String = try value(row, "token_hash", of: "scores")
        tasks[task, default: AskedTask(family: family, tokenHashes: [:])].tokenHashes[request] = hash
      }
      return tasks
    }
  }
}

import GRDB
import Suites

/// One thing that a model was asked about an item, and its answer: what a number in a report goes back to.
package struct ItemTrace: Sendable {
  package let task: String
  package let item: String
  package let block: Int
  /// Demonstrations before the query.
  package let k: Int
  package let draw: Int
  package let condition: Condition
  /// The index of a choice; nil for the gold answer.
  package let choice: Int?
  package let request: String
  package let context: String
  package let continuation: String
  package let score: Score
}

extension Ledger {
  /// What a run asked about an item, ascending by task, draw, k and role; empty where it asked nothing.
  ///
  /// - Parameter task: nil for every task that has such an item.
  package func traces(ofItem item: String, task: String?, in run: Run) throws -> [ItemTrace] {
    try read { db in
      let sql = """
        SELECT o.task, o.item, o.block, o.k, o.draw, o.condition, o.role, o.request_id, r.context, r.continuation,
          \(Table.observations.isIntact("o")) AS \(Table.observations.intactColumn),
          \(Table.requests.isIntact("r")) AS \(Table.requests.intactColumn), \(Table.scores.columns("s"))
        FROM observations AS o
        JOIN requests AS r ON r.id = o.request_id
        LEFT JOIN scores AS s ON s.model_id = ? AND s.request_id = o.request_id AND s.numerics_id = ?
        WHERE o.run_id = ? AND o.item = ? AND (? IS NULL OR o.task = ?)
        ORDER BY o.task, o.draw, o.k, o.condition, o.role
        """
      let arguments: StatementArguments = [run.plan.model, run.plan.numerics, run.id, item, task, task]
      return try Row.fetchAll(db, sql: sql, arguments: arguments).map(trace)
    }
  }

  private func trace(_ row: Row) throws -> ItemTrace {
    try demandIntact(row, .observations)
    try demandIntact(row, .requests)
    let role: Int = try value(row, "role", of: "observations")
    guard let condition = Condition(rawValue: try value(row, "condition", of: "observations")) else {
      throw damaged("observations.condition")
    }
    return ItemTrace(
      task: try value(row, "task", of: "observations"), item: try value(row, "item", of: "observations"),
      block: try value(row, "block", of: "observations"), k: try value(row, "k", of: "observations"),
      draw: try value(row, "draw", of: "observations"), condition: condition, choice: role < 0 ? nil : role,
      request: try value(row, "request_id", of: "observations"),
      context: try value(row, "context", of: "requests"),
      continuation: try value(row, "continuation", of: "requests"), score: try score(row))
  }
}

import GRDB
import Suites

extension Ledger {
  /// What every item of a run's committed blocks scored, sorted by task, draw, block, k and item.
  package func itemScores(_ run: Run) throws -> [ItemScore] {
    let rows = try read { db in
      let sql = """
        SELECT o.task, o.item, o.block, o.k, o.draw, o.condition, o.role, s.logprob, s.exact_match,
          \(Table.observations.isIntact("o")) AS \(Table.observations.intactColumn),
          \(Table.scores.isIntact("s")) AS \(Table.scores.intactColumn)
        FROM observations AS o
        LEFT JOIN scores AS s ON s.model_id = ? AND s.request_id = o.request_id AND s.numerics_id = ?
        WHERE o.run_id = ?
        ORDER BY o.task, o.draw, o.block, o.k, o.item, o.condition, o.role
        """
      let arguments: StatementArguments = [run.plan.model, run.plan.numerics, run.id]
      var rows: [ScoredObservation] = []
      let cursor = try Row.fetchCursor(db, sql: sql, arguments: arguments)
      while let row = try cursor.next() { rows.append(try scoredObservation(row)) }
      return rows
    }
    var items: [ItemScore] = []
    var remaining = rows[...]
    while let gold = remaining.popFirst() {
      // A committed block holds every gold answer, and its request a rule.
      guard gold.choice == nil, let exactMatch = gold.exactMatch else { throw damaged("observations.role") }
      let others = remaining.prefix { $0.choice != nil }
      remaining = remaining.dropFirst(others.count)
      let logprobs = try others.compactMap { other -> (index: Int, logprob: Double)? in
        guard let logprob = other.logprob else { throw damaged("scores.logprob") }
        return other.choice.map { (index: $0, logprob: logprob) }
      }
      items.append(
        ItemScore(
          task: gold.task, item: gold.item, block: gold.block, k: gold.k, draw: gold.draw, condition: gold.condition,
          exactMatch: exactMatch, logprob: gold.logprob,
          choiceCorrect: isGoldLikeliest(gold.logprob, among: logprobs)))
    }
    return items
  }

  private func scoredObservation(_ row: Row) throws -> ScoredObservation {
    try demandIntact(row, .observations)
    try demandIntact(row, .scores)
    let role: Int = try value(row, "role", of: "observations")
    guard let condition = Condition(rawValue: try value(row, "condition", of: "observations")) else {
      throw damaged("observations.condition")
    }
    return ScoredObservation(
      task: try value(row, "task", of: "observations"),
      item: try value(row, "item", of: "observations"),
      block: try value(row, "block", of: "observations"),
      k: try value(row, "k", of: "observations"),
      draw: try value(row, "draw", of: "observations"),
      condition: condition,
      choice: role < 0 ? nil : role,
      logprob: try optional(row, "logprob", of: "scores"),
      exactMatch: try optional(row, "exact_match", of: "scores"))
  }
}

/// An observation and what its request scored, without the request's text.
private struct ScoredObservation {
  let task: String
  let item: String
  let block: Int
  let k: Int
  let draw: Int
  let condition: Condition
  /// The index of a choice; nil for the gold answer.
  let choice: Int?
  let logprob: Double?
  let exactMatch: Bool?
}

import Foundation
import GRDB
import Suites

/// A question as a run asked it, with what the ledger knows of the model's own answer.
package struct AskedQuestion: Sendable, Hashable {
  package let request: Request
  /// What the model answers greedily; nil where nobody has looked.
  package let answer: String?
}

extension Ledger {
  /// The gold request of a score, as a run asked it; nil where the run has none.
  package func question(of score: ItemScore, in run: Run) throws -> AskedQuestion? {
    try read { db in
      let sql = """
        SELECT r.*, \(Table.requests.isIntact("r")) AS \(Table.requests.intactColumn), a.text AS answer,
          \(Table.answers.isIntact("a")) AS \(Table.answers.intactColumn)
        FROM observations AS o
        JOIN requests AS r ON r.id = o.request_id
        LEFT JOIN answers AS a ON a.model_id = ? AND a.request_id = o.request_id AND a.numerics_id = ?
        WHERE o.run_id = ? AND o.task = ? AND o.draw = ? AND o.block = ? AND o.k = ? AND o.item = ? AND o.condition = ?
          AND o.role = -1
        """
      let arguments: StatementArguments = [
        run.plan.model, run.plan.numerics, run.id, score.task, score.draw, score.block, score.k, score.item,
        score.condition.rawValue,
      ]
      return try Row.fetchOne(db, sql: sql, arguments: arguments).map { row in
        let answer: String? = try optional(row, "answer", of: "answers")
        if answer != nil { try demandIntact(row, .answers) }
        return AskedQuestion(request: try request(row), answer: answer)
      }
    }
  }

  /// Keeps what a model answers greedily, by request id. An answer that is there stays: the same model gives the same one.
  ///
  /// - Parameter fault: throws where the answers are not the model's after all: asked within the transaction, which then keeps nothing.
  package func saveAnswers(
    _ answers: [String: String], model: String, numerics: String, unless fault: () throws -> Void = {}
  ) throws {
    try write { db in
      try fault()
      for (request, text) in answers.sorted(by: { $0.key < $1.key }) {
        try db.execute(
          sql: Table.answers.insertion(onConflict: "ON CONFLICT (model_id, request_id, numerics_id) DO NOTHING"),
          arguments: [model, request, numerics, text])
      }
    }
  }

  private func request(_ row: Row) throws -> Request {
    try demandIntact(row, .requests)
    let rule: String? = try optional(row, "rule", of: "requests")
    let decoded = try rule.map { text in
      guard let rule = try? JSONDecoder().decode(ExactMatchRule.self, from: Data(text.utf8)) else {
        throw damaged("requests.rule")
      }
      return rule
    }
    let request = Request(
      context: try value(row, "context", of: "requests"),
      continuation: try value(row, "continuation", of: "requests"),
      specialTokens: try value(row, "special_tokens", of: "requests"), exactMatch: decoded)
    guard try request.id == value(row, "id", of: "requests") as String else { throw damaged("requests.id") }
    return request
  }
}

import Foundation
import GRDB
import Suites

/// The ledger holds other bits for the same model, request and numeric version: the engine broke its promise of one
/// score a request, or somebody wrote to the ledger, so neither may be used. A fault that is not the user's input.
package struct ScoreConflict: Error, Equatable, CustomStringConvertible {
  /// A row of the table `scores`, and what the model scores now.
  package struct Row: Sendable, Equatable {
    /// The request's id.
    package let request: String
    package let stored: Score
    package let computed: Score

    package init(request: String, stored: Score, computed: Score) {
      self.request = request
      self.stored = stored
      self.computed = computed
    }
  }

  /// The registered model's id.
  package let model: String
  /// In the order in which they were asked; never empty.
  package let rows: [Row]
  /// How many rows were looked at.
  package let checked: Int

  package init(model: String, rows: [Row], checked: Int) {
    self.model = model
    self.rows = rows
    self.checked = checked
  }

  private static let mostNamed = 10

  package var description: String {
    let named = rows.prefix(Self.mostNamed).map { row in
      "request \(row.request) logprob \(Self.number(row.stored.logprob)) (now \(Self.number(row.computed.logprob)))"
        + (row.stored.exactMatch == row.computed.exactMatch
          ? "" : " exact match \(Self.word(row.stored.exactMatch)) (now \(Self.word(row.computed.exactMatch)))")
    }
    let more = rows.count > named.count ? ", and \(rows.count - named.count) more" : ""
    return "the ledger holds other scores of model \(model.prefix(12)) than it computes, "
      + "\(rows.count) of \(checked) looked at: \(named.joined(separator: "; "))\(more)"
  }

  private static func number(_ logprob: Double?) -> String { logprob.map { "\($0)" } ?? "none" }

  private static func word(_ match: Bool?) -> String { match.map { $0 ? "yes" : "no" } ?? "none" }
}

extension Ledger {
  /// SQLite allows far more host parameters; this keeps a statement's text short.
  private static let chunk = 500

  /// The scores that a model already has under one numeric version, by request id; requests without one are absent.
  package func knownScores(model: String, numerics: String, requests: [String]) throws -> [String: Score] {
    try read { db in try knownScores(db, model: model, numerics: numerics, requests: requests) }
  }

  func knownScores(
    _ db: Database, model: String, numerics: String, requests: [String]
  ) throws -> [String: Score] {
    var known: [String: Score] = [:]
    for start in stride(from: 0, to: requests.count, by: Self.chunk) {
      let ids = requests[start..<min(start + Self.chunk, requests.count)]
      let marks = databaseQuestionMarks(count: ids.count)
      let sql = """
        SELECT \(Table.scores.columns("s")) FROM scores AS s
        WHERE s.model_id = ? AND s.numerics_id = ? AND s.request_id IN (\(marks))
        """
      let rows = try Row.fetchCursor(db, sql: sql, arguments: StatementArguments([model, numerics] + ids))
      while let row = try rows.next() {
        known[try value(row, "request_id", of: "scores")] = try score(row)
      }
    }
    return known
  }

  /// Inserts requests and scores that are new, and refuses a score that differs from the one that is there.
  func insert(
    _ scores: [(request: Request, score: Score)], model: String, numerics: String,
    agree: (Score, Score) -> Bool = { $0 == $1 }, into db: Database
  ) throws {
    let stored = try knownScores(db, model: model, numerics: numerics, requests: scores.map(\.request.id))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let conflicts = scores.compactMap { request, score in
      stored[request.id].flatMap {
        agree($0, score) ? nil : ScoreConflict.Row(request: request.id, stored: $0, computed: score)
      }
    }
    guard conflicts.isEmpty else { throw ScoreConflict(model: model, rows: conflicts, checked: stored.count) }
    for (request, score) in scores where stored[request.id] == nil {
      let rule = try request.exactMatch.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
      let requestRow = try db.cachedStatement(
        sql: Table.requests.insertion(onConflict: "ON CONFLICT (id) DO NOTHING"))
      try requestRow.execute(
        arguments: [request.id, request.context, request.continuation, request.specialTokens, rule])
      let scoreRow = try db.cachedStatement(sql: Table.scores.insertion())
      try scoreRow.execute(arguments: [
        model, request.id, numerics, score.logprob, score.isGreedy, score.terminatorLogprob, score.exactMatch,
        score.tokenCount, Self.data(score.tokens), score.contextTokenCount, score.tokenHash,
      ])
    }
  }

  func score(_ row: Row) throws -> Score {
    try demandIntact(row, .scores)
    let data: Data = try value(row, "tokens", of: "scores")
    guard data.count % 4 == 0 else { throw damaged("scores.tokens") }
    return Score(
      logprob: try optional(row, "logprob", of: "scores"),
      isGreedy: try optional(row, "is_greedy", of: "scores"),
      terminatorLogprob: try optional(row, "terminator_logprob", of: "scores"),
      tokenCount: try value(row, "token_count", of: "scores"),
      contextTokenCount: try value(row, "context_tokens", of: "scores"),
      tokenHash: try value(row, "token_hash", of: "scores"),
      exactMatch: try optional(row, "exact_match", of: "scores"),
      tokens: Self.tokens(data))
  }

  private static func data(_ tokens: [Int32]) -> Data {
    Data(tokens.flatMap { token in withUnsafeBytes(of: token.littleEndian, Array.init) })
  }

  private static func tokens(_ data: Data) -> [Int32] {
    let bytes = [UInt8](data)
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      Int32(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) })
    }
  }
}

import Foundation
import GRDB
import Suites

/// The ledger holds other bits for the same model, request and numeric version: the engine broke its promise of one
/// score a request, so neither may be used. A fault of the program's own.
package struct ScoreConflict: Error, Equatable, CustomStringConvertible {
  /// The request's id.
  package let request: String
  package let stored: Score
  package let computed: Score

  package var description: String {
    "ledger holds another score for the same request \(request): logprob \(stored.logprob), now \(computed.logprob)"
  }
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
      let sql = "SELECT * FROM scores WHERE model_id = ? AND numerics_id = ? AND request_id IN (\(marks))"
      let rows = try Row.fetchCursor(db, sql: sql, arguments: StatementArguments([model, numerics] + ids))
      while let row = try rows.next() {
        known[try value(row, "request_id", of: "scores")] = try score(row)
      }
    }
    return known
  }

  /// Inserts requests and scores that are new, and refuses a score that differs from the one that is there.
  func insert(
    _ scores: [(request: Request, score: Score)], model: String, numerics: String, into db: Database
  ) throws {
    let stored = try knownScores(db, model: model, numerics: numerics, requests: scores.map(\.request.id))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for (request, score) in scores {
      if let stored = stored[request.id] {
        guard stored == score else {
          throw ScoreConflict(request: request.id, stored: stored, computed: score)
        }
        continue
      }
      let rule = try request.exactMatch.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
      let requestRow = try db.cachedStatement(
        sql: """
          INSERT INTO requests (id, context, continuation, special_tokens, rule) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (id) DO NOTHING
          """)
      try requestRow.execute(
        arguments: [request.id, request.context, request.continuation, request.specialTokens, rule])
      let scoreRow = try db.cachedStatement(
        sql: """
          INSERT INTO scores
            (model_id, request_id, numerics_id, logprob, is_greedy, terminator_logprob, exact_match, token_count,
             tokens, context_tokens, token_hash)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """)
      try scoreRow.execute(arguments: [
        model, request.id, numerics, score.logprob, score.isGreedy, score.terminatorLogprob, score.exactMatch,
        score.tokenCount, Self.data(score.tokens), score.contextTokenCount, score.tokenHash,
      ])
    }
  }

  func score(_ row: Row) throws -> Score {
    let data: Data = try value(row, "tokens", of: "scores")
    guard data.count % 4 == 0 else { throw damaged("scores.tokens") }
    return Score(
      logprob: try value(row, "logprob", of: "scores"),
      isGreedy: try value(row, "is_greedy", of: "scores"),
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

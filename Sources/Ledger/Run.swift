import Foundation
import GRDB

/// One model's way through one suite.
package struct Run: Sendable, Hashable {
  /// When it began and six random hexadecimal digits, such as `20261122-205403-3f9a1c`.
  package let id: String
  package let plan: RunPlan
  /// How it was asked for, for the reader.
  package let command: String
  /// The kernels that computed it, such as `avx512`.
  package let kernel: String
  package let threads: Int
  package let startedAt: Date
  /// nil while it runs, and where it was stopped.
  package let finishedAt: Date?
}

/// What decides a run's result: two runs of one plan have the same scores, so that a stopped one can be gone on with.
package struct RunPlan: Sendable, Hashable {
  /// The registered model's id.
  package let model: String
  /// The suite's name, for the reader.
  package let suite: String
  package let suiteHash: String
  package let promptHash: String
  /// The engine's numeric version.
  package let numerics: String
  /// The share of every task's blocks, such as `1/4`.
  package let share: String
  /// Draws of demonstrations a block.
  package let draws: Int

  package init(
    model: String, suite: String, suiteHash: String, promptHash: String, numerics: String, share: String, draws: Int
  ) {
    self.model = model
    self.suite = suite
    self.suiteHash = suiteHash
    self.promptHash = promptHash
    self.numerics = numerics
    self.share = share
    self.draws = draws
  }
}

extension Ledger {
  /// Notes that a run begins; its model must be registered.
  package func beginRun(_ plan: RunPlan, command: String, kernel: String, threads: Int) throws -> Run {
    try begin(Run.self) { id, now in
      [
        id, plan.model, plan.suite, plan.suiteHash, plan.promptHash, plan.numerics, plan.share, plan.draws, now,
        command, kernel, threads,
      ]
    }
  }

  /// The newest run of a plan that was begun and not finished; nil where there is none.
  package func resumableRun(_ plan: RunPlan) throws -> Run? {
    try resumable([
      ("model_id", plan.model), ("suite_hash", plan.suiteHash), ("prompt_hash", plan.promptHash),
      ("numerics_id", plan.numerics), ("share", plan.share), ("draws", plan.draws),
    ])
  }

  /// Notes that a run is complete. The first time stays, where two processes went on with one run.
  package func finish(_ run: Run) throws { try complete(run) }

  /// The run of an id; nil where there is none.
  package func run(_ id: String) throws -> Run? {
    try read { db in (try undertakings("WHERE id = ?", [id], in: db) as [Run]).first }
  }

  /// Answers a second of the newest finished runs under one draw that put the same prompts to models of one configuration by one engine,
  /// ascending: of each model the first, whose answers had to be computed. One that was gone on with was slow: the middle is the one to
  /// go by.
  ///
  /// - Parameters:
  ///   - configuration: SHA-256 of the models' configuration: one twice as large is half as fast.
  ///   - leastAnswers: shorter runs say nothing about a rate.
  package func scoringRates(
    suiteHash: String, promptHash: String, numerics: String, configuration: String, limit: Int = 8,
    leastAnswers: Int = 100
  ) throws -> [Double] {
    try read { db in
      let sql = """
        SELECT r.started_at, r.finished_at,
          (SELECT count(*) FROM observations AS o
           WHERE o.run_id = r.id AND o.role = -1 AND o.condition = 'gold') AS answers
        FROM (
          SELECT runs.* FROM runs JOIN models ON models.id = runs.model_id
          WHERE suite_hash = ? AND prompt_hash = ? AND numerics_id = ? AND models.configuration = ?
            AND draws = 1 AND finished_at IS NOT NULL
            AND NOT EXISTS (
              SELECT 1 FROM runs AS earlier WHERE earlier.model_id = runs.model_id
                AND earlier.suite_hash = runs.suite_hash AND earlier.prompt_hash = runs.prompt_hash
                AND earlier.numerics_id = runs.numerics_id
                AND (earlier.started_at, earlier.id) < (runs.started_at, runs.id))
          ORDER BY started_at DESC, id DESC LIMIT ?
        ) AS r
        WHERE answers >= ?
        """
      let asked: StatementArguments = [suiteHash, promptHash, numerics, configuration, limit, leastAnswers]
      return try Row.fetchAll(db, sql: sql, arguments: asked).compactMap { row -> Double? in
        let begun: Date = try value(row, "started_at", of: "runs")
        let ended: Date = try value(row, "finished_at", of: "runs")
        let answers: Int = try value(row, "answers", of: "observations")
        let seconds = ended.timeIntervalSince(begun)
        return seconds > 0 ? Double(answers) / seconds : nil
      }.sorted()
    }
  }

  /// The newest runs first.
  package func runs(limit: Int = 20) throws -> [Run] {
    try read { db in try undertakings("", [], limit: limit, in: db) }
  }
}

extension Run: Undertaking {
  static var table: Table { .runs }

  init(_ row: Row, in ledger: Ledger) throws {
    func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
      try ledger.value(row, column, of: "runs")
    }
    self.init(
      id: try value("id"),
      plan: RunPlan(
        model: try value("model_id"), suite: try value("suite"), suiteHash: try value("suite_hash"),
        promptHash: try value("prompt_hash"), numerics: try value("numerics_id"), share: try value("share"),
        draws: try value("draws")),
      command: try value("command"), kernel: try value("kernel"), threads: try value("threads"),
      startedAt: try value("started_at"), finishedAt: try ledger.optional(row, "finished_at", of: "runs"))
  }
}

/// The time to the second in UTC and 24 random bits: short enough to type, and different for the runs that begin in
/// one second.
func uniqueID(at time: Date) -> String {
  var seconds = time_t(time.timeIntervalSince1970)
  var parts = tm()
  gmtime_r(&seconds, &parts)
  let random = String(UInt32.random(in: 0..<1 << 24), radix: 16)
  return String(
    format: "%04d%02d%02d-%02d%02d%02d-", Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday),
    Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)) + String(repeating: "0", count: 6 - random.count) + random
}

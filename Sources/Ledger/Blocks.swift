import GRDB
import Suites

/// One block of one task under one draw.
package struct BlockKey: Sendable, Hashable {
  package let task: String
  package let block: Int
  package let draw: Int

  package init(task: String, block: Int, draw: Int) {
    self.task = task
    self.block = block
    self.draw = draw
  }
}

extension RequestBlock {
  /// What the ledger knows it by.
  package var key: BlockKey { BlockKey(task: task, block: block, draw: draw) }
}

extension Ledger {
  /// Commits a block of a run: its requests, scores and observations, all or nothing. What is there already stays.
  ///
  /// - Parameters:
  ///   - scores: at least the scores of the block's requests, by request id, computed by the run's model with the run's numeric version.
  ///   - agree: whether two scores may both be the model's answer to one request; the first that was kept stays.
  ///   - fault: throws where they are not that model's after all, since its files changed: asked within the transaction, which then
  ///     keeps nothing.
  /// - Throws: `ScoringFault` where a score is missing or not finite; `ScoreConflict` where the ledger holds other
  ///   bits; `InputError` as every method.
  package func commit(
    _ block: RequestBlock, scores: [String: Score], of run: Run, agree: (Score, Score) -> Bool = { $0 == $1 },
    unless fault: () throws -> Void = {}
  ) throws {
    var seen: Set<String> = []
    var rows: [(request: Request, score: Score)] = []
    for observation in block.observations where seen.insert(observation.request.id).inserted {
      guard let score = scores[observation.request.id] else {
        throw ScoringFault.missingScore(request: observation.request.id)
      }
      rows.append((observation.request, score))
    }
    try demandFinite(rows, of: block)
    try write { db in
      try fault()
      try insert(rows, model: run.plan.model, numerics: run.plan.numerics, agree: agree, into: db)
      let statement = try db.cachedStatement(
        sql: Table.observations.insertion(onConflict: "ON CONFLICT DO NOTHING"))
      for observation in block.observations {
        try statement.execute(arguments: [
          run.id, observation.task, observation.family, observation.item, observation.block, observation.k,
          observation.draw, observation.condition.rawValue, Self.number(observation.role), observation.request.id,
        ])
      }
    }
  }

  /// Commits scores of a block that is not whole: the run that goes on finds them as what is known already.
  ///
  /// - Parameter fault: as `commit` has it.
  /// - Throws: as `commit`.
  package func keep(
    _ scores: [(request: Request, score: Score)], of block: RequestBlock, of run: Run,
    unless fault: () throws -> Void = {}
  ) throws {
    try demandFinite(scores, of: block)
    try write { db in
      try fault()
      try insert(scores, model: run.plan.model, numerics: run.plan.numerics, into: db)
    }
  }

  private func demandFinite(_ scores: [(request: Request, score: Score)], of block: RequestBlock) throws {
    for (request, score) in scores
    where !((score.logprob?.isFinite ?? true) && score.terminatorLogprob?.isFinite ?? true) {
      let asked = block.observations.first { $0.request.id == request.id }
      throw ScoringFault.notFinite(task: block.task, item: asked?.item ?? request.id)
    }
  }

  /// The blocks of a run that are committed.
  package func completedBlocks(_ run: Run) throws -> Set<BlockKey> {
    try read { db in
      let sql = "SELECT DISTINCT task, block, draw FROM observations WHERE run_id = ?"
      return Set(
        try Row.fetchAll(db, sql: sql, arguments: [run.id]).map { row in
          BlockKey(
            task: try value(row, "task", of: "observations"), block: try value(row, "block", of: "observations"),
            draw: try value(row, "draw", of: "observations"))
        })
    }
  }

  private static func number(_ role: Role) -> Int {
    switch role {
    case .gold: -1
    case .choice(let index): index
    }
  }
}

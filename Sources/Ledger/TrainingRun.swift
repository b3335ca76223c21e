import Foundation
import GRDB

/// One fine-tuning of a model by a recipe.
package struct TrainingRun: Sendable, Hashable {
  /// When it began and six random hexadecimal digits, such as `20261122-205403-3f9a1c`.
  package let id: String
  package let plan: TrainingPlanRecord
  /// How it was asked for, for the reader.
  package let command: String
  package let startedAt: Date
  /// nil while it runs, and where it was stopped.
  package let finishedAt: Date?
}

/// What a training sets out to do, as the ledger keeps it.
package struct TrainingPlanRecord: Sendable, Hashable {
  /// The recipe's name.
  package let recipe: String
  /// SHA-256 of the recipe's file, in lower-case hexadecimal.
  package let recipeHash: String
  /// The recipe's file as it was, so that it can be read when the file has been edited since.
  package let recipeText: String
  /// The base model: its path, or what people call it.
  package let base: String
  package let seed: UInt64
  /// The folder of its checkpoints, as an absolute path.
  package let outFolder: String
  /// The task's labels; empty where its answers are free.
  package let labels: [String]
  package let stepsPlanned: Int

  package init(
    recipe: String, recipeHash: String, recipeText: String, base: String, seed: UInt64, outFolder: String,
    labels: [String], stepsPlanned: Int
  ) {
    self.recipe = recipe
    self.recipeHash = recipeHash
    self.recipeText = recipeText
    self.base = base
    self.seed = seed
    self.outFolder = outFolder
    self.labels = labels
    self.stepsPlanned = stepsPlanned
  }
}

extension Ledger {
  /// Notes that a training begins.
  package func beginTraining(_ plan: TrainingPlanRecord, command: String) throws -> TrainingRun {
    let now = Date()
    let id = uniqueID(at: now)
    let labels = String(decoding: try JSONEncoder().encode(plan.labels), as: UTF8.self)
    return try write { db in
      try db.execute(
        sql: Table.trainings.insertion(),
        arguments: [
          id, plan.recipe, plan.recipeHash, plan.recipeText, plan.base, String(plan.seed), plan.outFolder, labels,
          plan.stepsPlanned, command, now,
        ])
      guard let training = try training(id, in: db) else { throw damaged("trainings.id") }
      return training
    }
  }

  /// The newest training of a recipe and a seed into a folder that was begun and not finished; nil where there is none.
  ///
  /// - Parameters:
  ///   - outFolder: as the plan has it.
  ///   - recipeHash: as the plan has it.
  package func resumableTraining(outFolder: String, recipeHash: String, seed: UInt64) throws -> TrainingRun? {
    try read { db in
      let sql = """
        SELECT \(Table.trainings.columns("t")) FROM trainings AS t
        WHERE out_folder = ? AND recipe_hash = ? AND seed = ? AND finished_at IS NULL
        ORDER BY started_at DESC, id DESC LIMIT 1
        """
      let arguments: StatementArguments = [outFolder, recipeHash, String(seed)]
      return try Row.fetchOne(db, sql: sql, arguments: arguments).map(training)
    }
  }

  /// Notes that a training is complete. The first time stays.
  package func finish(_ training: TrainingRun) throws {
    try write { db in
      try db.execute(
        sql: "UPDATE trainings SET finished_at = ? WHERE id = ? AND finished_at IS NULL",
        arguments: [Date(), training.id])
    }
  }

  /// The training of an id; nil where there is none.
  package func training(_ id: String) throws -> TrainingRun? {
    try read { db in try training(id, in: db) }
  }

  /// The newest trainings first.
  package func trainings(limit: Int = 20) throws -> [TrainingRun] {
    try read { db in
      let sql = "SELECT \(Table.trainings.columns("t")) FROM trainings AS t ORDER BY started_at DESC, id DESC LIMIT ?"
      return try Row.fetchAll(db, sql: sql, arguments: [max(0, limit)]).map(training)
    }
  }

  private func training(_ id: String, in db: Database) throws -> TrainingRun? {
    let sql = "SELECT \(Table.trainings.columns("t")) FROM trainings AS t WHERE id = ?"
    return try Row.fetchOne(db, sql: sql, arguments: [id]).map(training)
  }

  private func training(_ row: Row) throws -> TrainingRun {
    try demandIntact(row, .trainings)
    guard let seed = UInt64(try value(row, "seed", of: "trainings") as String) else { throw damaged("trainings.seed") }
    let labels: String = try value(row, "labels", of: "trainings")
    guard let labels = try? JSONDecoder().decode([String].self, from: Data(labels.utf8)) else {
      throw damaged("trainings.labels")
    }
    let plan = TrainingPlanRecord(
      recipe: try value(row, "recipe", of: "trainings"),
      recipeHash: try value(row, "recipe_hash", of: "trainings"),
      recipeText: try value(row, "recipe_text", of: "trainings"),
      base: try value(row, "base", of: "trainings"),
      seed: seed,
      outFolder: try value(row, "out_folder", of: "trainings"),
      labels: labels,
      stepsPlanned: try value(row, "steps_planned", of: "trainings"))
    return TrainingRun(
      id: try value(row, "id", of: "trainings"),
      plan: plan,
      command: try value(row, "command", of: "trainings"),
      startedAt: try value(row, "started_at", of: "trainings"),
      finishedAt: try optional(row, "finished_at", of: "trainings"))
  }
}

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
    try begin(TrainingRun.self) { id, now in
      [
        id, plan.recipe, plan.recipeHash, plan.recipeText, plan.base, String(plan.seed), plan.outFolder,
        String(decoding: try JSONEncoder().encode(plan.labels), as: UTF8.self), plan.stepsPlanned, command, now,
      ]
    }
  }

  /// The newest training of a recipe and a seed into a folder that was begun and not finished; nil where there is none.
  ///
  /// - Parameters:
  ///   - outFolder: as the plan has it.
  ///   - recipeHash: as the plan has it.
  package func resumableTraining(outFolder: String, recipeHash: String, seed: UInt64) throws -> TrainingRun? {
    try resumable([("out_folder", outFolder), ("recipe_hash", recipeHash), ("seed", String(seed))])
  }

  /// Notes that a training is complete. The first time stays.
  package func finish(_ training: TrainingRun) throws { try complete(training) }

  /// The training of an id; nil where there is none.
  package func training(_ id: String) throws -> TrainingRun? {
    try read { db in (try undertakings("WHERE id = ?", [id], in: db) as [TrainingRun]).first }
  }

  /// The newest trainings first.
  package func trainings(limit: Int = 20) throws -> [TrainingRun] {
    try read { db in try undertakings("", [], limit: limit, in: db) }
  }
}

extension TrainingRun: Undertaking {
  static var table: Table { .trainings }

  init(_ row: Row, in ledger: Ledger) throws {
    func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
      try ledger.value(row, column, of: "trainings")
    }
    guard let seed = UInt64(try value("seed") as String) else { throw ledger.damaged("trainings.seed") }
    let text: String = try value("labels")
    guard let labels = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
      throw ledger.damaged("trainings.labels")
    }
    self.init(
      id: try value("id"),
      plan: TrainingPlanRecord(
        recipe: try value("recipe"), recipeHash: try value("recipe_hash"), recipeText: try value("recipe_text"),
        base: try value("base"), seed: seed, outFolder: try value("out_folder"), labels: labels,
        stepsPlanned: try value("steps_planned")),
      command: try value("command"), startedAt: try value("started_at"),
      finishedAt: try ledger.optional(row, "finished_at", of: "trainings"))
  }
}

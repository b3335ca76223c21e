import GRDB

/// What one step of a training did.
package struct TrainingStep: Sendable, Hashable {
  /// From 1.
  package let step: Int
  /// Mean cross-entropy over the trained tokens, in nats.
  package let loss: Double
  /// The preservation term, in nats; nil where the recipe has none.
  package let preservation: Double?
  package let learningRate: Double
  /// Before clipping.
  package let gradientNorm: Double
  package let tokensPerSecond: Double
  /// The share of test samples that are answered right; nil where this step was not followed by an evaluation.
  package let targetAccuracy: Double?
  /// The probability that leaks to the task's labels where they are no answer, in 0...1; nil where it was not measured.
  package let leakMass: Double?

  package init(
    step: Int, loss: Double, preservation: Double? = nil, learningRate: Double, gradientNorm: Double,
    tokensPerSecond: Double, targetAccuracy: Double? = nil, leakMass: Double? = nil
  ) {
    self.step = step
    self.loss = loss
    self.preservation = preservation
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.tokensPerSecond = tokensPerSecond
    self.targetAccuracy = targetAccuracy
    self.leakMass = leakMass
  }

  fileprivate var numbers: [(name: String, value: Double?)] {
    [
      ("loss", loss), ("preservation", preservation), ("learning_rate", learningRate), ("gradient_norm", gradientNorm),
      ("tokens_per_second", tokensPerSecond), ("target_accuracy", targetAccuracy), ("leak_mass", leakMass),
    ]
  }
}

/// A step that cannot have happened was handed to the ledger: a fault of the program's own.
package struct TrainingStepFault: Error, Equatable, CustomStringConvertible {
  package let step: Int
  /// What is wrong with it, such as `its loss is not a finite number`.
  package let problem: String

  package var description: String { "training step \(step): \(problem)" }
}

extension Ledger {
  /// Keeps steps of a training, all or none.
  ///
  /// Rows of the first of these steps and of all later ones go first: a training that goes on from a checkpoint repeats
  /// the steps after it.
  ///
  /// - Parameter steps: ascending.
  /// - Throws: `TrainingStepFault` for a number that is not finite (SQLite would take NaN for NULL), and where the steps
  ///   do not ascend from 1; `InputError` as every method.
  package func append(_ steps: [TrainingStep], to training: TrainingRun) throws {
    guard let first = steps.first else { return }
    var before = 0
    for step in steps {
      guard step.step > before else {
        let problem = step.step < 1 ? "steps count from 1" : "it does not come after step \(before)"
        throw TrainingStepFault(step: step.step, problem: problem)
      }
      before = step.step
      for number in step.numbers {
        guard number.value?.isFinite ?? true else {
          throw TrainingStepFault(step: step.step, problem: "its \(number.name) is not a finite number")
        }
      }
    }
    try write { db in
      try db.execute(
        sql: "DELETE FROM training_steps WHERE training_id = ? AND step >= ?", arguments: [training.id, first.step])
      let statement = try db.cachedStatement(
        sql: Table.trainingSteps.insertion())
      for step in steps {
        try statement.execute(arguments: [
          training.id, step.step, step.loss, step.preservation, step.learningRate, step.gradientNorm,
          step.tokensPerSecond, step.targetAccuracy, step.leakMass,
        ])
      }
    }
  }

  /// Keeps one step.
  package func append(_ step: TrainingStep, to training: TrainingRun) throws { try append([step], to: training) }

  /// A training's steps, ascending.
  package func steps(of training: TrainingRun) throws -> [TrainingStep] {
    try read { db in
      let sql =
        "SELECT \(Table.trainingSteps.columns("t")) FROM training_steps AS t WHERE training_id = ? ORDER BY step"
      return try Row.fetchAll(db, sql: sql, arguments: [training.id]).map(step)
    }
  }

  private func step(_ row: Row) throws -> TrainingStep {
    try demandIntact(row, .trainingSteps)
    let table = "training_steps"
    return TrainingStep(
      step: try value(row, "step", of: table),
      loss: try value(row, "loss", of: table),
      preservation: try optional(row, "preservation", of: table),
      learningRate: try value(row, "learning_rate", of: table),
      gradientNorm: try value(row, "gradient_norm", of: table),
      tokensPerSecond: try value(row, "tokens_per_second", of: table),
      targetAccuracy: try optional(row, "target_accuracy", of: table),
      leakMass: try optional(row, "leak_mass", of: table))
  }
}

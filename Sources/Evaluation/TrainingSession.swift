import Checkpoints
import Diagnostics
import Foundation
import Suites
import Tokenizers
import Training

/// One training run into its folder: data checked against the suites, checkpoints and a log on the way, resumed where it was stopped.
package struct TrainingSession {
  package let recipe: Recipe
  package let plan: TrainingPlan
  package let folder: TrainingFolder
  /// Inputs that the data share with the suites; a line each.
  package let warnings: [String]
  private let checkpoint: Checkpoint
  private let baseName: String
  private let threads: Int
  private let leakPrompts: [[Int32]]

  /// What a run ended with.
  package struct Outcome: Sendable {
    /// The folder of the last checkpoint.
    package let checkpoint: String
    package let evaluation: Trainer.Evaluation
  }

  /// - Parameters:
  ///   - baseName: what an adapter calls its base model.
  ///   - suites: what will judge the result: its items may not be trained on, and leak mass is measured on its prompts.
  /// - Throws: `InputError` for data that cannot be trained on; nothing is written yet.
  package init(
    _ recipe: Recipe, base checkpoint: Checkpoint, baseName: String, suites: [Suite], folder: String, threads: Int
  ) throws {
    self.recipe = recipe
    self.checkpoint = checkpoint
    self.baseName = baseName
    self.threads = threads
    self.folder = TrainingFolder(folder)
    plan = try TrainingPlan(
      recipe, tokenizer: try Tokenizer(checkpoint.tokenizer), contextLength: checkpoint.configuration.contextLength,
      vocabularySize: checkpoint.configuration.vocabularySize)
    warnings = try plan.checkOverlap(with: suites)
    leakPrompts = plan.leakPrompts(from: suites)
  }

  /// Trains what is left.
  ///
  /// - Parameters:
  ///   - resuming: whether to go on with what is in the folder; otherwise it must be free.
  ///   - started: is told after how many steps this run goes on, 0 for a new one.
  /// - Throws: `InputError` where training diverges (the last checkpoint stays) or a file cannot be written.
  package func run(
    resuming: Bool, started: (Int) -> Void = { _ in }, report: (Trainer.StepReport) throws -> Void
  ) throws -> Outcome {
    try folder.check(resuming: resuming)
    let trainer = try Trainer(
      recipe, plan: plan, checkpoint: checkpoint, leakPrompts: leakPrompts, threads: threads)
    try folder.make()
    if resuming, let state = folder.newestState { try trainer.resume(from: state) }
    started(trainer.step)
    try trainer.run { step in
      try report(step)
      try folder.log(step)
      let due = recipe.checkpointEvery.map { step.step.isMultiple(of: $0) } ?? false
      if due || step.step == plan.stepCount { try folder.save(trainer, step: step.step, baseName: baseName) }
    }
    return Outcome(checkpoint: folder.checkpoint(plan.stepCount), evaluation: trainer.evaluate())
  }
}

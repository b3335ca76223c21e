import Checkpoints
import Diagnostics
import Foundation
import Ledger
import Reading
import Suites
import Training
import Transformer

/// One training run into its folder: data checked against the suites, checkpoints and a log on the way, resumed where it was stopped.
package struct TrainingSession {
  package let recipe: Recipe
  package let plan: TrainingPlan
  private let guarded: GuardedTexts
  package let folder: TrainingFolder
  /// Inputs that the data share with the suites; a line each.
  package let warnings: [String]
  private let checkpoint: Checkpoint
  private let baseName: String
  private let threads: Int
  private let leakPrompts: [[Int32]]
  private let origin: Origin

  /// Who trains, for the records that a run leaves.
  package struct Origin: Sendable {
    /// Such as `holdfast 0.1.0`.
    package let program: String
    /// The command line.
    package let command: String

    package init(program: String, command: String) {
      self.program = program
      self.command = command
    }
  }

  /// What a run ended with.
  package struct Outcome: Sendable {
    /// The folder of the last checkpoint.
    package let checkpoint: String
    package let evaluation: Trainer.Evaluation
  }

  /// - Parameters:
  ///   - baseName: what an adapter calls its base model.
  ///   - suites: what will judge the result: its items may not be trained on, and leak mass is measured on its prompts.
  /// - Throws: `InputError` for data that cannot be trained on and for modules that the model does not have; nothing is written yet.
  package init(
    _ recipe: Recipe, base checkpoint: Checkpoint, baseName: String, suites: [Suite], folder: String, threads: Int,
    origin: Origin
  ) throws {
    self.recipe = recipe
    self.checkpoint = checkpoint
    self.baseName = baseName
    self.threads = threads
    self.origin = origin
    self.folder = TrainingFolder(folder)
    plan = try TrainingPlan(recipe, base: checkpoint)
    warnings = try plan.checkOverlap(with: suites) + plan.notes
    leakPrompts = try plan.leakPrompts(from: suites, base: checkpoint)
    _ = try TrainedWeights(recipe, for: checkpoint.configuration)
    guarded = GuardedTexts(suites)
  }

  /// What takes its time before the first step, a line each.
  package func preparations(resuming: Bool) -> [String] {
    [
      recipe.mix.replay.map { "the base writes \($0.count) texts to replay" },
      recipe.preserve?.cachedPrompts.map { "the base answers \($0) prompts to be kept" },
      // Its result is in the state that a resumed run goes on from.
      resuming ? nil : recipe.promot.map { "\($0.steps) steps train the soft prompt" },
    ].compactMap { $0 }
  }

  /// Trains what is left.
  ///
  /// - Parameters:
  ///   - resuming: whether to go on with what is in the folder; otherwise it must be free.
  ///   - ledger: keeps the log of the steps.
  ///   - isEnough: says whether a step was the last one, from all looks up to it: target accuracies by step.
  ///   - started: is told after how many steps this run goes on, 0 for a new one.
  /// - Throws: `TrainingDiverged` (the last checkpoint stays); `InputError` where a file cannot be written, and for a state of another run.
  package func run(
    resuming: Bool, ledger: Ledger, isEnough: ([Int: Double]) -> Bool = { _ in false },
    started: (Int) -> Void = { _ in }, report: (Trainer.StepReport) throws -> Void
  ) throws -> Outcome {
    try folder.check(resuming: resuming)
    var plan = plan
    let trainer = try checkpoint.files.whileUnchanged {
      try plan.sampleReplay(from: checkpoint, guarded: guarded, threads: threads)
      return try Trainer(
        recipe, plan: plan, checkpoint: checkpoint, leakPrompts: leakPrompts, threads: threads)
    }
    try folder.make()
    if resuming, let state = folder.newestState { try trainer.resume(from: state) }
    started(trainer.step)
    let outcome = { Outcome(checkpoint: folder.checkpoint(trainer.step), evaluation: $0) }
    var looks = folder.looks.filter { $0.key <= trainer.step }
    guard trainer.step < plan.stepCount else { return outcome(try trainer.evaluate()) }
    let training = try begin(resuming: resuming, ledger)
    var last = Trainer.Evaluation(targetAccuracy: nil, leakMass: nil)
    try trainer.run { step in
      looks[step.step] = step.targetAccuracy
      return isEnough(looks)
    } afterStep: { step in
      try report(step)
      try folder.log(step)
      try ledger.append(TrainingStep(step), to: training)
      last = Trainer.Evaluation(targetAccuracy: step.targetAccuracy, leakMass: step.leakMass)
      let due = recipe.checkpointEvery.map { step.step.isMultiple(of: $0) } ?? false
      if due || trainer.isAtEnd {
        try folder.save(trainer, step: step.step, baseName: baseName, record: record(step: step.step))
      }
    }
    try ledger.finish(training)
    return outcome(last)
  }

  private func begin(resuming: Bool, _ ledger: Ledger) throws -> TrainingRun {
    let plan = TrainingPlanRecord(
      recipe: recipe.name, recipeHash: plan.sources.recipeHash, recipeText: plan.sources.recipeText,
      base: baseName, seed: recipe.seed, outFolder: URL(fileURLWithPath: folder.path).standardizedFileURL.path,
      labels: plan.labels, stepsPlanned: plan.stepCount)
    let stopped =
      try resuming
      ? ledger.resumableTraining(outFolder: plan.outFolder, recipeHash: plan.recipeHash, seed: plan.seed) : nil
    return try stopped ?? ledger.beginTraining(plan, command: origin.command)
  }

  private func record(step: Int) -> TrainingRecord {
    TrainingRecord(
      createdBy: origin.program, recipe: recipe.name, seed: recipe.seed, step: step, labels: plan.labels,
      data: plan.sources.data, usesChatTemplate: plan.usesTemplate)
  }
}

extension TrainingStep {
  init(_ report: Trainer.StepReport) {
    self.init(
      step: report.step, loss: report.loss, preservation: report.preservation, learningRate: report.learningRate,
      gradientNorm: report.gradientNorm, tokensPerSecond: report.tokensPerSecond, targetAccuracy: report.targetAccuracy,
      leakMass: report.leakMass)
  }
}

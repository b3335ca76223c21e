import Checkpoints
import Diagnostics
import Foundation
import Reading
import Training

/// One arm under one seed, with the recipe as it will be trained and a fingerprint of all that decides its result.
struct PlannedRun {
  let arm: String
  let seed: UInt64
  /// Of a control that is not trained, that of the arm that it stands beside.
  let recipe: Recipe
  /// nil of a run with a fixed number of steps.
  let until: HeldTarget?
  /// What is scored in place of a trained model.
  let control: Experiment.Control?
  let fingerprint: String
  /// Of all that decides what the base model scores on the arm's own task.
  let targetFingerprint: String

  /// The recipe as an arm trains it.
  ///
  /// - Throws: `InputError` for a recipe that cannot be read, and for one of another base.
  static func recipe(
    _ arm: Experiment.Arm, seed: UInt64, of experiment: Experiment, configuredBase: String
  ) throws -> Recipe {
    let arm = experiment.trained(arm)
    let place = experiment.arms.firstIndex(of: arm).map { "arms[\($0)].recipe" } ?? "arms"
    var recipe = try naming(arm.recipe, by: experiment.file, place) { try Recipe.read(arm.recipe) }
    if let base = recipe.base, base != configuredBase {
      throw InputError(
        recipe.file, field: "base", "is '\(base)', the experiment's is '\(configuredBase)'",
        remedy: "leave it out: all arms start from the configuration's base")
    }
    if let rate = arm.learningRate { recipe.optimiser.learningRate = rate }
    if let steps = experiment.steps { recipe.length = .steps(steps) }
    recipe.seed = seed
    recipe.checkpointEvery = experiment.checkpoints.first
    recipe.evaluateEvery = experiment.checkpoints.first
    if let until = experiment.until(arm) {
      try until.check(recipe)
      recipe.length = .steps(until.atMost)
      recipe.checkpointEvery = until.checkpointEvery
      recipe.evaluateEvery = until.every
    }
    return recipe
  }

  /// - Throws: `InputError` for a file that cannot be read.
  init(_ arm: Experiment.Arm, seed: UInt64, recipe: Recipe, setting: ExperimentSetting, facts: [String]) throws {
    self.arm = arm.name
    self.seed = seed
    self.recipe = recipe
    let (trained, until) = (setting.experiment.trained(arm), setting.experiment.until(arm))
    self.until = until
    control = arm.control
    let data = try recipe.naming { try Self.dataFiles(of: recipe).map { try contentHash(of: $0) } }
    fingerprint = CanonicalHash.of(
      ["run 1", try contentHash(of: trained.recipe), "rate \(recipe.optimiser.learningRate)", "seed \(seed)"]
        + ["length \(recipe.length)", "checkpoints \(setting.experiment.checkpoints)"] + data + facts
        // Nothing where there is none: runs that were made before stay good.
        + (until.map { ["until \($0)"] } ?? []) + (arm.control.map { ["control \($0)"] } ?? []))
    targetFingerprint = CanonicalHash.of(
      ["target 1", try contentHash(of: recipe.trainData), "\(recipe.format)"]
        + [try recipe.testData.map { try contentHash(of: $0) } ?? "none"] + setting.facts)
  }

  /// Every file that the recipe trains or is tested on.
  private static func dataFiles(of recipe: Recipe) throws -> [String] {
    let pools = try [recipe.mix.fewShot?.pool, recipe.preserve?.pool].compactMap { $0 }.flatMap { pool in
      [pool] + (try FewShotPool.read(pool).tasks.map(\.path))
    }
    return [recipe.trainData, recipe.testData, recipe.mix.general?.data].compactMap { $0 } + pools
  }
}

extension Experiment {
  /// The arm that is trained: of a control, the one that it stands beside, or the first whose task the base is asked.
  func trained(_ arm: Arm) -> Arm {
    switch arm.control {
    case nil: arm
    case .noise(let name): arms.first { $0.name == name } ?? arm
    case .freshDraws: arms.first { $0.control == nil } ?? arm
    }
  }

  /// Where an arm ends; nil after a fixed number of steps, and of one that nothing is done to.
  func until(_ arm: Arm) -> HeldTarget? { arm.control == .freshDraws ? nil : trained(arm).until ?? until }
}

private func contentHash(of file: String) throws -> String {
  try MappedFile(URL(fileURLWithPath: file)).sha256(NoHashCache())
}

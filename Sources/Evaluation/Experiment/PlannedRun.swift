import Checkpoints
import Crypto
import Diagnostics
import Foundation
import Gating
import Scoring
import Suites
import Training
import Transformer

/// What every run of an experiment has in common.
struct ExperimentSetting {
  let experiment: Experiment
  let suite: Suite
  let baseline: Baseline
  let baselineHash: String
  let base: Subject
  /// Tasks that some arm is trained on, as far as labels tell: left out for all arms, so that they
  /// are measured on the same.
  let related: Set<String>
  /// The folder that everything is trained into.
  let out: String

  init(
    _ experiment: Experiment, suite: Suite, baseline: Baseline, base: Subject, related: Set<String>, out: String
  ) throws {
    self.experiment = experiment
    self.suite = suite
    self.baseline = baseline
    self.base = base
    self.related = related
    self.out = out
    baselineHash = try baseline.contentHash()
  }

  /// All that decides a model's scores in the experiment beside the model.
  var facts: [String] {
    [
      "share \(experiment.share)", "suite \(suite.hash)", "baseline \(baselineHash)", "base \(base.identity.id)",
      "numerics \(engineNumericsID), scoring \(scoringVersion)", "related \(related.sorted())",
    ]
  }

  /// The tasks that are measured, each item's scores beside the baseline's.
  func measuredTasks(_ scores: [ItemScore]) throws -> [PairedTask] {
    try PairedTask.pair(baseline, with: scores).filter {
      $0.admission.admitted && !related.contains($0.admission.task)
    }
  }

  /// The same of the baseline itself, at the experiment's share.
  func measuredTasks() throws -> [PairedTask] {
    let asked = Dictionary(grouping: baseline.scores, by: \.task).mapValues { scores in
      experiment.share.blocks(of: Set(scores.map(\.block)).count)
    }
    return try measuredTasks(baseline.scores.filter { $0.block < asked[$0.task] ?? 0 })
  }
}

/// One arm under one seed, with the recipe as it will be trained and a fingerprint of all that decides its result.
struct PlannedRun {
  let arm: String
  let seed: UInt64
  let recipe: Recipe
  let fingerprint: String
  /// Of all that decides what the base model scores on the arm's own task.
  let targetFingerprint: String

  /// The recipe as an arm trains it.
  ///
  /// - Throws: `InputError` for a recipe that cannot be read, and for one of another base.
  static func recipe(
    _ arm: Experiment.Arm, seed: UInt64, of experiment: Experiment, configuredBase: String
  ) throws -> Recipe {
    var recipe = try Recipe.read(arm.recipe)
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
    return recipe
  }

  /// - Throws: `InputError` for a file that cannot be read.
  init(_ arm: Experiment.Arm, seed: UInt64, recipe: Recipe, setting: ExperimentSetting) throws {
    self.arm = arm.name
    self.seed = seed
    self.recipe = recipe
    let data = try Self.dataFiles(of: recipe).map { try contentHash(of: $0) }
    fingerprint = digest(
      ["run 1", try contentHash(of: arm.recipe), "rate \(recipe.optimiser.learningRate)", "seed \(seed)"]
        + ["length \(recipe.length)", "checkpoints \(setting.experiment.checkpoints)"] + data + setting.facts)
    targetFingerprint = digest(
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

/// SHA-256 over a list of texts.
func digest(_ facts: [String]) -> String {
  var hash = SHA256()
  // Each behind its length, so that no two lists have the same bytes.
  for fact in facts { hash.update(data: Data("\(fact.utf8.count):\(fact)".utf8)) }
  return hash.finalize().hexadecimal
}

private func contentHash(of file: String) throws -> String {
  guard let data = FileManager.default.contents(atPath: file) else {
    throw InputError(file, "cannot be read", remedy: "check the path and its permissions")
  }
  return SHA256.hash(data: data).hexadecimal
}

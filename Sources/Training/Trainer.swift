import Checkpoints
import Diagnostics
import Foundation
import Reading
import Suites
import Transformer

/// Fine-tunes a model by a recipe: steps, evaluation on the way, checkpoints with the optimiser's state.
///
/// Every batch is a function of the recipe's seed and the step's number, so that a run that was stopped goes on to the same weights.
package final class Trainer {
  package let recipe: Recipe
  package let plan: TrainingPlan
  package let decoder: TrainableDecoder
  let optimiser: AdamW
  /// The base that the preservation term holds on to; nil where the recipe has none.
  let reference: PreservationReference?
  /// The trained weights as they were; nil where nothing asks for them.
  let origin: TrainingOrigin?
  let leakPrompts: [[Int32]]
  let threads: Int
  let checkpoint: Checkpoint
  /// Writes whole models; nil where an adapter is trained. Made before training, so that what cannot be written is refused at once.
  let model: ModelWriter?
  /// Whether no more steps are to be taken although some are left.
  private var isOver = false
  /// Whether this is the run's last step.
  package var isAtEnd: Bool { isOver || step == plan.stepCount }
  /// Steps that have been taken.
  package internal(set) var step = 0

  /// What one step did.
  package struct StepReport: Sendable, Codable, Equatable {
    /// From 1.
    package let step: Int
    /// Mean cross-entropy over the scored tokens, in nats.
    package let loss: Double
    /// The preservation term R, in nats; nil where the recipe has none.
    package let preservation: Double?
    package let learningRate: Double
    /// Before clipping.
    package let gradientNorm: Double
    package let tokensPerSecond: Double
    /// The share of test samples whose every scored token is the likeliest; nil where this step was not followed by an evaluation.
    package let targetAccuracy: Double?
    /// The mean probability, over few-shot prompts of unrelated tasks, that the answer begins as one of the task's labels; nil like the
    /// accuracy, and where the task has no labels.
    package let leakMass: Double?

    enum CodingKeys: String, CodingKey {
      case step, loss, preservation
      case learningRate = "learning_rate"
      case gradientNorm = "gradient_norm"
      case tokensPerSecond = "tokens_per_second"
      case targetAccuracy = "target_accuracy"
      case leakMass = "leak_mass"
    }
  }

  /// - Parameter leakPrompts: few-shot prompts of unrelated tasks, as `TrainingPlan.leakPrompts` gives them.
  /// - Throws: `InputError` for weights that do not fit, and for a module that the model does not have.
  package init(
    _ recipe: Recipe, plan: TrainingPlan, checkpoint: Checkpoint, leakPrompts: [[Int32]] = [], threads: Int
  ) throws {
    self.recipe = recipe
    self.plan = plan
    self.leakPrompts = leakPrompts
    self.threads = threads
    self.checkpoint = checkpoint
    var random = SplitMix64(seed: recipe.seed)
    let uniform = { Float(random.next() >> 40) / Float(1 << 23) - 1 }
    let weights = try TrainedWeights(recipe, for: checkpoint.configuration)
    decoder = try TrainableDecoder(
      checkpoint, isTrained: weights.names.contains, softPromptRows: recipe.promot?.length ?? 0,
      lowRank: weights.lowRank, initialA: uniform, threads: threads)
    model =
      weights.lowRank == nil
      ? try ModelWriter(
        configuration: checkpoint.configuration, tokenizer: checkpoint.tokenizer,
        type: recipe.precision == .bf16 ? .bf16 : .f32) : nil
    optimiser = AdamW(decoder.parameters, settings: recipe.optimiser.adamW, threads: threads)
    origin = recipe.l2sp != nil || recipe.interpolate != nil ? TrainingOrigin(decoder.parameters) : nil
    reference = try PreservationReference(plan, decoder: decoder, checkpoint: checkpoint, threads: threads)
  }

  /// Takes the steps that are left, or those until `isEnough` says so.
  ///
  /// - Parameters:
  ///   - isEnough: is asked after each step, before `afterStep`.
  ///   - afterStep: gets each step's report, and may write a checkpoint.
  /// - Throws: `Interrupted` where it is to end, between steps; `TrainingDiverged` where the loss or a gradient is not finite; whatever `afterStep` throws.
  package func run(
    isEnough: (StepReport) -> Bool = { _ in false }, afterStep: (StepReport) throws -> Void
  ) throws {
    try Interruption.watching {
      if step == 0 { try checkpoint.files.whileUnchanged { try trainSoftPrompt(checkpoint) } }
      while step < plan.stepCount {
        try Interruption.check()
        let report = try checkpoint.files.whileUnchanged { try takeStep() }
        isOver = isEnough(report)
        try afterStep(report)
        if isOver { break }
      }
    }
  }

  private func takeStep() throws -> StepReport {
    let start = ContinuousClock.now
    let parts = try plan.microbatches(step: step).map(packed)
    let targets = parts.reduce(0) { $0 + $1.targets.count }
    var loss = 0.0
    for (index, part) in parts.enumerated() {
      loss += decoder.loss(
        part, lossWeight: Double(part.targets.count) / Double(max(1, targets)), policy: policy(part.rowCount),
        dropoutSeed: dropoutSeed(index))
    }
    let preservation = try preserve()
    if let alpha = recipe.l2sp { origin?.addPull(alpha, to: decoder.parameters, decoder.team) }
    let rate = plan.learningRate(step: step)
    let norm = decoder.parameters.gradientNorm
    guard loss.isFinite, norm.isFinite, preservation?.isFinite ?? true else {
      throw TrainingDiverged(
        recipe, step: step + 1, stage: "step", number: step + 1,
        remedy: "lower learning_rate (now \(rate)); the last checkpoint is as it was")
    }
    optimiser.update(learningRate: rate)
    step += 1
    let taken = start.duration(to: .now).components
    let seconds = Double(taken.seconds) + Double(taken.attoseconds) * 1e-18
    let evaluates = step == plan.stepCount || (recipe.evaluateEvery.map { step.isMultiple(of: $0) } ?? false)
    let evaluation = evaluates ? try evaluate() : nil
    return StepReport(
      step: step, loss: loss, preservation: preservation, learningRate: rate, gradientNorm: norm,
      tokensPerSecond: Double(parts.reduce(0) { $0 + $1.rowCount }) / seconds,
      targetAccuracy: evaluation?.targetAccuracy, leakMass: evaluation?.leakMass)
  }

  /// Samples behind the soft prompt, where the recipe has one.
  func packed(_ samples: [TrainingSample]) -> TrainingBatch {
    var batch = TrainingBatch()
    for sample in samples {
      batch.add(sample.ids, scored: sample.scored, softPromptRows: recipe.promot?.length ?? 0)
    }
    return batch
  }

  /// Activations are kept while they take at most this many bytes; beyond, a block's forward is run again before its backward.
  private static let activationBudget = 1 << 30

  func policy(_ rows: Int) -> ActivationPolicy {
    rows * decoder.bytesKeptPerRow <= Self.activationBudget ? .keep : .recompute
  }

  /// A number of its own for every step and part, from the recipe's seed.
  func dropoutSeed(_ part: Int) -> UInt64 {
    var random = SplitMix64(seed: recipe.seed ^ (UInt64(step) << 20) ^ UInt64(part))
    return random.next()
  }
}

extension OptimiserSettings {
  var adamW: AdamW.Settings {
    AdamW.Settings(
      beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, maxGradientNorm: maxGradientNorm)
  }
}

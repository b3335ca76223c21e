import Diagnostics
import Checkpoints
import Suites
import Transformer

extension Trainer {
  /// ProMoT's first stage: the soft prompt learns the task with the model frozen. It starts from the embeddings of random tokens
  /// (Lester et al. 2021); afterwards it stays as it is.
  ///
  /// - Throws: `TrainingDiverged` where the loss or a gradient is not finite.
  func trainSoftPrompt(_ checkpoint: Checkpoint) throws {
    guard let promot = recipe.promot else { return }
    let name = TrainableDecoder.softPromptName
    let stage = try TrainableDecoder(
      checkpoint, isTrained: { $0 == name }, softPromptRows: promot.length, threads: threads)
    let width = stage.spec.hiddenSize
    guard let prompt = stage.parameters.value(name), let learnt = decoder.parameters.value(name),
      let embedding = stage.parameters.value("\(stage.spec.names.embedding).weight")
    else { return }
    var random = SplitMix64(seed: recipe.seed ^ 0x50)
    for row in 0..<promot.length {
      (prompt + row * width).update(
        from: embedding + random.below(plan.encoder.vocabularySize) * width, count: width)
    }
    let optimiser = AdamW(stage.parameters, settings: recipe.optimiser.adamW, threads: threads)
    for number in 0..<promot.steps {
      try Interruption.check()
      let parts = try plan.microbatches(step: number % plan.stepCount).map(packed)
      let targets = parts.reduce(0) { $0 + $1.targets.count }
      let loss = parts.reduce(0.0) {
        $0
          + stage.loss(
            $1, lossWeight: Double($1.targets.count) / Double(max(1, targets)), policy: policy($1.rowCount))
      }
      guard loss.isFinite, stage.parameters.gradientNorm.isFinite else {
        throw TrainingDiverged(
          recipe, step: 1, stage: "promot step", number: number + 1,
          remedy: "lower promot.learning_rate (now \(promot.learningRate))")
      }
      optimiser.update(learningRate: promot.learningRate)
    }
    learnt.update(from: prompt, count: promot.length * width)
  }
}

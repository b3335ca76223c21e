import Checkpoints
import Transformer

/// The base model, for the preservation term: beside the trained one, inside it, or as the probabilities that were kept of it.
enum PreservationReference {
  /// A second decoder, where whole weights are trained.
  case beside(TrainableDecoder)
  /// The trained decoder without its low-rank additions.
  case inside
  /// One list of distributions a prompt, in the order of their numbers.
  case kept([[KeptDistribution]])

  /// Tokens that are kept of a distribution.
  static let keptTokens = 64

  /// - Parameter decoder: before its first step, when it still is the base.
  /// - Returns: nil where the recipe has no preservation term.
  init?(_ plan: TrainingPlan, decoder: TrainableDecoder, checkpoint: Checkpoint, threads: Int) throws {
    guard let preserve = plan.recipe.preserve else { return nil }
    if let count = preserve.cachedPrompts {
      guard let pool = plan.preservationPool else { return nil }
      self = .kept(
        try (0..<count).map { number in
          var batch = TrainingBatch()
          let prompt = try plan.preservationPrompt(number, pool, preserve)
          batch.add(prompt.ids, scored: prompt.scored)
          return decoder.keptDistributions(batch, count: Self.keptTokens)
        })
    } else if decoder.lowRank != nil {
      self = .inside
    } else {
      self = .beside(try TrainableDecoder(checkpoint, isTrained: { _ in false }, threads: threads))
    }
  }
}

extension Trainer {
  /// R of this step's prompts, its gradient added λ times; nil where the recipe has none.
  func preserve() throws -> Double? {
    guard let settings = recipe.preserve, let reference else { return nil }
    var prompts = TrainingBatch()
    for sample in try plan.preservationPrompts(step: step) { prompts.add(sample.ids, scored: sample.scored) }
    let isPart = settings.lambda > 0
    let (weight, policy) = (isPart ? settings.lambda : 1, policy(prompts.rowCount))
    let seed = isPart ? dropoutSeed(recipe.accumulate) : nil
    let weighted: Double
    switch reference {
    case .kept(let all):
      let numbers = step * settings.prompts..<(step + 1) * settings.prompts
      weighted = decoder.preservation(
        prompts, kept: numbers.flatMap { all[$0 % all.count] }, weight: weight, policy: policy, dropoutSeed: seed,
        backward: isPart)
    case .beside, .inside:
      var base: TrainableDecoder?
      if case .beside(let decoder) = reference { base = decoder }
      weighted = decoder.preservation(
        prompts, base: base, weight: weight, policy: policy, dropoutSeed: seed, backward: isPart)
    }
    return weighted / weight
  }
}

import Diagnostics
import Reading
import Suites
import Tokenizers

/// Everything that a run will show the model, read and checked before it starts; each step's samples are a pure
/// function of the seed and the step.
package struct TrainingPlan: Sendable {
  package let recipe: Recipe
  package let encoder: SampleEncoder
  package let stepCount: Int
  /// The task's samples, in the file's order.
  package let taskSamples: [TrainingSample]
  /// The test file's samples, in its order; empty where the recipe has none.
  package let testSamples: [TrainingSample]
  /// The task's answers, trimmed and ascending, where they are few; those of the test file where the training data have more kinds of
  /// answer than the task that is tested; empty where answers are free.
  package let labels: [String]
  /// The first tokens of the labels, as they follow the task's prompts.
  package let labelTokens: Set<Int32>
  /// How varied the task's data are.
  package let variety: DataVariety
  /// Whether the task's samples go through the model's chat template, and mixed-in few-shot samples with them.
  package let usesTemplate: Bool
  /// What is not as one would think, a line each.
  package private(set) var notes: [String] = []

  package let sources: TrainingSources
  /// Texts that the base wrote before training; empty until `sampleReplay`, which a recipe that replays needs before its first batch.
  package internal(set) var replaySamples: [TrainingSample] = []

  let taskLines: [DataLine]
  let generalLines: [DataLine]
  let generalSamples: [TrainingSample]
  let fewShotPool: FewShotPool?
  let preservationPool: FewShotPool?
  let composition: MixComposition
  let order: SeededOrder

  private static let mostSteps = 1_000_000

  /// Reads and encodes the recipe's data.
  ///
  /// - Parameters:
  ///   - contextLength: the model's, in tokens.
  ///   - vocabularySize: rows of the model's embedding.
  ///   - template: what conversations go through; nil for a model without one.
  ///   - templateFault: what is wrong with the template that the model has.
  /// - Throws: `InputError` for a file that is empty or cannot be read, and naming the line of a sample that has no loss
  ///   token, is longer than the context, or needs a token that the model does not have.
  package init(
    _ recipe: Recipe, tokenizer: Tokenizer, contextLength: Int, vocabularySize: Int, template: TrainingTemplate? = nil,
    templateFault: InputError? = nil
  ) throws {
    let encoder = SampleEncoder(
      tokenizer: tokenizer, contextLength: contextLength, vocabularySize: vocabularySize, template: template,
      templateFault: templateFault)
    self.recipe = recipe
    self.encoder = encoder
    let stamps = recipe.stamps
    order = SeededOrder(seed: recipe.seed)
    try encoder.checkMarkers(of: recipe.format, file: recipe.file)

    var train = try recipe.naming { try DataFile.read(recipe.trainData) }
    if recipe.shufflesLabels {
      train = train.shufflingCompletions(order.permutation(.labels, 0, count: train.lines.count))
    }
    let test = try recipe.naming { try recipe.testData.map(DataFile.read) }
    taskLines = train.lines
    let encoded = try encoder.encode(train, recipe.format, kind: .task)
    taskSamples = encoded.map(\.sample)
    testSamples = try test.map { try encoder.encode($0, recipe.format, kind: .task).map(\.sample) } ?? []
    usesTemplate = train.lines.contains { recipe.format.usesTemplate(for: $0.content) }
    variety = DataVariety(train.lines.map(\.content))

    if let general = recipe.mix.general {
      try encoder.checkMarkers(of: general.format, file: recipe.file)
      let data = try recipe.naming { try DataFile.read(general.data) }
      generalLines = data.lines
      generalSamples = try encoder.encode(data, general.format, kind: .general).map(\.sample)
    } else {
      generalLines = []
      generalSamples = []
    }
    let asChats = usesTemplate
    func pool(_ path: String, _ shots: ClosedRange<Int>) throws -> FewShotPool {
      try recipe.naming { try encoder.pool(path, shots: shots, asChats: asChats) }
    }
    fewShotPool = try recipe.mix.fewShot.map { try pool($0.pool, $0.shots) }
    preservationPool = try recipe.preserve.map { try pool($0.pool, $0.shots) }
    sources = try TrainingSources(
      recipe, fewShotPool: fewShotPool, preservationPool: preservationPool, stamps: stamps)
    if let same = recipe.mix.sameTask {
      try encoder.check(train, window: same.window, recipe: recipe, asChats: asChats)
    }

    stepCount = try Self.stepCount(recipe, samples: taskSamples.count)
    let mix = recipe.mix
    composition = MixComposition(
      shares: [
        1 - mix.share, mix.general?.share ?? 0, mix.fewShot?.share ?? 0, mix.sameTask?.share ?? 0,
        mix.replay?.share ?? 0,
      ],
      samplesPerStep: recipe.samplesPerStep, stepCount: stepCount)
    let trained = answerLabels(train.lines.map { $0.content.completion.stripped() })
    labels = trained.isEmpty ? answerLabels(test?.lines.map { $0.content.completion.stripped() } ?? []) : trained
    let labelled = trained.isEmpty ? testSamples : taskSamples
    // What a template writes before an answer is learnt too, such as an empty think block: it is no label.
    labelTokens =
      labels.isEmpty
      ? []
      : usesTemplate
        ? Set(labels.compactMap { tokenizer.encodeContinuation($0).first })
        : Set(labelled.compactMap { sample in sample.scored.first.map { sample.ids[$0] } })
    let rendered = zip(train.lines, encoded).filter { recipe.format.usesTemplate(for: $0.0.content) }.map(\.1)
    notes = rendered.isEmpty ? [] : Self.notes(on: rendered, in: recipe.trainData)
  }

  /// What is said of chats that are not trained as they will be asked.
  private static func notes(on encoded: [SampleEncoder.Encoded], in file: String) -> [String] {
    let ends = encoded.compactMap(\.leftOut)
    let open = encoded.count { !$0.learnsToEnd }
    return [
      ends.first.map { end in
        "\(file): \(ends.count) of \(encoded.count) samples: the chat template renders a prompt's end otherwise within a conversation: "
          + "'\(end)', behind which a gate asks, is not trained behind"
      },
      open == 0
        ? nil
        : "\(file): \(open) of \(encoded.count) samples: the chat template writes no special token behind the answer, so that "
          + "ending it is not learnt",
    ].compactMap { $0 }
  }

  /// The rate of a step, from 0.
  package func learningRate(step: Int) -> Double {
    recipe.optimiser.learningRate * recipe.schedule.factor(step: step, of: stepCount)
  }

  /// One pass through the task's data is a whole number of steps, rounded up.
  private static func stepCount(_ recipe: Recipe, samples: Int) throws -> Int {
    let count: Int
    switch recipe.length {
    case .steps(let steps): count = steps
    case .epochs(let epochs):
      let perStep = Double(recipe.samplesPerStep) * (1 - recipe.mix.share)
      let steps = (epochs * Double(samples) / perStep - 1e-9).rounded(.up)
      guard steps <= Double(mostSteps) else {
        throw InputError(
          recipe.file, field: "epochs", "come to more than \(mostSteps) steps", remedy: "write fewer epochs")
      }
      count = max(1, Int(steps))
    }
    guard recipe.schedule.warmupSteps < count else {
      throw InputError(
        recipe.file, field: "warmup_steps", "is not below the \(count) steps of the run",
        remedy: "write a smaller number")
    }
    return count
  }
}

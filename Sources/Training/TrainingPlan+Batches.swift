import Diagnostics
import Reading

extension TrainingPlan {
  private enum Part: Int { case task, general, fewShot, sameTask, replay }

  /// All samples of a step, from 0: `recipe.samplesPerStep` of them, shuffled.
  ///
  /// Every part of the mix goes through its data epoch by epoch, in an order of its own; its share is exact over a
  /// window of steps.
  ///
  /// - Throws: `InputError` where a drawn few-shot prompt does not fit the model, or the run has no such step.
  package func batch(step: Int) throws -> [TrainingSample] {
    try check(step)
    func range(_ part: Part) -> Range<Int> { composition.range(step: step, part: part.rawValue) }
    var samples: [TrainingSample] = []
    samples += order.elements(.task, range(.task), count: taskSamples.count).map { taskSamples[$0] }
    if !range(.general).isEmpty {
      samples += order.elements(.general, range(.general), count: generalSamples.count).map { generalSamples[$0] }
    }
    if let pool = fewShotPool, let mix = recipe.mix.fewShot {
      for (number, task) in zip(
        range(.fewShot), order.elements(.fewShotTask, range(.fewShot), count: pool.tasks.count))
      {
        let prompt = draw(pool.tasks[task], shots: mix.shots, .fewShot, number)
        samples.append(
          try placed(pool, pool.tasks[task]) { try encoder.encode(prompt, asChat: usesTemplate) })
      }
    }
    if let mix = recipe.mix.sameTask {
      samples += try range(.sameTask).map { try sameTaskSample($0, window: mix.window) }
    }
    if !range(.replay).isEmpty {
      guard !replaySamples.isEmpty else { throw ReplayNotSampled() }
      samples += order.elements(.replay, range(.replay), count: replaySamples.count).map { replaySamples[$0] }
    }
    return order.permutation(.batch, step, count: samples.count).map { samples[$0] }
  }

  /// The samples of a step, `recipe.batch` at a time: what goes through the model together.
  package func microbatches(step: Int) throws -> [[TrainingSample]] {
    let samples = try batch(step: step)
    return stride(from: 0, to: samples.count, by: recipe.batch).map {
      Array(samples[$0..<min($0 + recipe.batch, samples.count)])
    }
  }

  /// The few-shot prompts of the preservation term in a step, their right answers included; scored are the answers of
  /// the query and of demonstrations 2 to k. Empty without `preserve`.
  package func preservationPrompts(step: Int) throws -> [TrainingSample] {
    try check(step)
    guard let pool = preservationPool, let preserve = recipe.preserve else { return [] }
    return try (step * preserve.prompts..<(step + 1) * preserve.prompts).map {
      try preservationPrompt($0, pool, preserve)
    }
  }

  /// The prompt of a number; where a cache of n prompts is kept, number n is the first again.
  func preservationPrompt(_ number: Int, _ pool: FewShotPool, _ preserve: PreservationSettings) throws -> TrainingSample
  {
    let number = preserve.cachedPrompts.map { number % $0 } ?? number
    let task = order.elements(.preserveTask, number..<number + 1, count: pool.tasks.count)[0]
    let prompt = draw(pool.tasks[task], shots: preserve.shots, .preserve, number)
    // Without a demonstration before it, the first answer is not in context yet.
    return try placed(pool, pool.tasks[task]) {
      try usesTemplate
        ? encoder.encode(prompt.chat(learning: 1...), kind: .preserve).sample
        : encoder.encode(prompt.text, answers: Array(prompt.answers.dropFirst()), kind: .preserve)
    }
  }

  /// k demonstrations and a query, all different items of one task.
  private func draw(
    _ task: FewShotPool.Task, shots: ClosedRange<Int>, _ stream: ChanceStream, _ number: Int
  ) -> FewShotPrompt {
    var generator = order.generator(stream, number)
    let k = shots.lowerBound + generator.below(shots.count)
    var left = task.items
    let items = (0..<k + 1).map { _ in
      left.swapAt(generator.below(left.count), left.count - 1)
      return left.removeLast()
    }
    return FewShotPrompt(items, of: task)
  }

  /// The number-th sample of the task behind the `window` samples before it, in an order of its own.
  private func sameTaskSample(_ number: Int, window: Int) throws -> TrainingSample {
    let count = taskLines.count
    let epoch = number / count
    let shuffled = order.permutation(.sameTask, epoch, count: count)
    let place = number - epoch * count
    let lines = (place - window...place).map { taskLines[shuffled[($0 + count) % count]] }
    do {
      return try encoder.encode(SameTaskPrompt(lines.map(\.content)), asChat: usesTemplate)
    } catch let fault as RenderingFault {
      throw InputError(
        recipe.trainData, field: "line \(lines.last?.number ?? 1)", "behind \(window) shots: \(fault.problem)",
        remedy: "write a smaller window")
    }
  }

  private func placed(
    _ pool: FewShotPool, _ task: FewShotPool.Task, _ encode: () throws -> TrainingSample
  ) throws -> TrainingSample {
    do {
      return try encode()
    } catch let fault as RenderingFault {
      throw InputError(pool.path, field: task.name, fault.problem, remedy: fault.remedy)
    }
  }

  private func check(_ step: Int) throws {
    guard (0..<stepCount).contains(step) else {
      throw InputError(
        recipe.file, field: "steps", "the run has \(stepCount) steps, and none of number \(step)",
        remedy: "resume with the recipe that the checkpoint was made with")
    }
  }
}

/// A batch was asked for before the base had written its texts: a fault of the program's own.
struct ReplayNotSampled: Error {}

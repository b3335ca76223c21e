import Reading
import Transformer

extension Trainer {
  /// How the weights that would be written now do.
  package struct Evaluation: Sendable, Equatable {
    /// The share of test samples whose every scored token is the likeliest; nil without test data. With a soft prompt, behind it.
    package let targetAccuracy: Double?
    /// The mean probability, over few-shot prompts of unrelated tasks, that the answer begins as one of the task's labels; nil where the
    /// task has no labels or there is no such prompt.
    package let leakMass: Double?

    package init(targetAccuracy: Double?, leakMass: Double?) {
      self.targetAccuracy = targetAccuracy
      self.leakMass = leakMass
    }
  }

  /// - Throws: `InputError` where the base was changed meanwhile.
  package func evaluate() throws -> Evaluation {
    try checkpoint.files.whileUnchanged {
      withWrittenWeights { Evaluation(targetAccuracy: targetAccuracy(), leakMass: leakMass()) }
    }
  }

  private static let samplesAtOnce = 16

  private func targetAccuracy() -> Double? {
    guard !plan.testSamples.isEmpty else { return nil }
    var right = 0
    for begin in stride(from: 0, to: plan.testSamples.count, by: Self.samplesAtOnce) {
      let samples = plan.testSamples[begin..<min(begin + Self.samplesAtOnce, plan.testSamples.count)]
      var matches = decoder.greedyMatches(packed(Array(samples)))[...]
      for sample in samples {
        if matches.prefix(sample.scored.count).allSatisfy({ $0 }) { right += 1 }
        matches = matches.dropFirst(sample.scored.count)
      }
    }
    return Double(right) / Double(plan.testSamples.count)
  }

  private func leakMass() -> Double? {
    guard !leakPrompts.isEmpty, !plan.labelTokens.isEmpty else { return nil }
    var sum = 0.0
    for begin in stride(from: 0, to: leakPrompts.count, by: Self.samplesAtOnce) {
      var batch = TrainingBatch()
      for prompt in leakPrompts[begin..<min(begin + Self.samplesAtOnce, leakPrompts.count)] {
        batch.add(prompt: prompt)
      }
      sum += decoder.probability(of: plan.labelTokens, batch).reduce(0, +)
    }
    return sum / Double(leakPrompts.count)
  }

  /// Runs `body` with the weights that a checkpoint holds: on the way from the base as far as `interpolate` or `rescale` says.
  func withWrittenWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let share = recipe.interpolate ?? recipe.rescale, share < 1 else { return try body() }
    let parameters = decoder.parameters
    let kept = FloatBuffer(parameters.gradients.count)
    for (slot, offset) in parameters.trained {
      let values = parameters.values.pointer + slot.offset
      (kept.pointer + offset).update(from: values, count: slot.count)
      if let origin {
        origin.interpolate(values, slot: slot, offset: offset, share: Float(share))
      } else if slot.name.contains("lora_B") {
        for index in 0..<slot.count { values[index] *= Float(share) }
      }
    }
    defer {
      for (slot, offset) in parameters.trained {
        (parameters.values.pointer + slot.offset).update(from: kept.pointer + offset, count: slot.count)
      }
    }
    return try body()
  }
}

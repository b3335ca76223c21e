import Checkpoints
import Diagnostics
import Reading
import Reporting
import Scoring
import Suites
import Tokenizers
import Training
import Transformer

/// Test samples of the fine-tuning task, asked of the scoring engine: how much of what was trained a model has.
package struct TargetTest: Sendable {
  package let data: DataFile
  package let format: PromptFormat

  /// - Throws: `InputError` for a file that is empty or cannot be read, and naming the line that is not a sample.
  package init(path: String, format: PromptFormat) throws {
    data = try DataFile.read(path)
    self.format = format
  }

  /// The samples as a model reads them.
  ///
  /// - Throws: `InputError` for a format whose tokens the vocabulary has not, and naming the line that does not fit the model.
  func samples(for checkpoint: Checkpoint) throws -> [TrainingSample] {
    let tokenizer = try Tokenizer(checkpoint.tokenizer)
    for marker in format.markers where tokenizer.encode(marker, addSpecialTokens: false).count != 1 {
      throw InputError(
        "--format", "the vocabulary of \(checkpoint.path) has no token '\(marker)'",
        remedy: "give the format that the candidate was trained with, such as plain")
    }
    let encoder = SampleEncoder(
      tokenizer: tokenizer, contextLength: checkpoint.configuration.contextLength,
      vocabularySize: checkpoint.configuration.vocabularySize,
      template: try TrainingTemplate(for: format, of: checkpoint, ChatChoice(), file: "--format"))
    return try encoder.encode(data, format, kind: .task).map(\.sample)
  }

  /// The share of samples whose every completion token is the likeliest, as the trainer's test has it.
  ///
  /// - Parameters:
  ///   - samples: as `samples(for:)` gives them for this model.
  ///   - adapter: the index of the loaded adapter that answers; nil for the base model.
  /// - Throws: `InputError` for weights or activations that are not finite.
  func accuracy(_ samples: [TrainingSample], of model: LoadedModel, adapter: Int?) throws -> TargetAccuracy? {
    let right = try model.files.whileUnchanged {
      try answers(samples, of: model, adapter: adapter).count { $0.allSatisfy(\.isLikeliest) }
    }
    return TargetAccuracy(Double(right) / Double(max(1, samples.count)), samples: samples.count)
  }

  /// The mean logprob of a sample's completion, every token given those before it.
  func logprob(_ samples: [TrainingSample], of model: LoadedModel, adapter: Int?) throws -> Double {
    try model.files.whileUnchanged {
      let completions = try answers(samples, of: model, adapter: adapter).map { $0.reduce(0) { $0 + $1.logprob } }
      return completions.reduce(0, +) / Double(max(1, completions.count))
    }
  }

  private static let samplesAtOnce = 128
  private static let waveRows = 4096

  /// What a model says of one token of a completion.
  private struct TokenAnswer {
    let isLikeliest: Bool
    let logprob: Double
  }

  /// Token by token of every sample's completion.
  private func answers(
    _ samples: [TrainingSample], of model: LoadedModel, adapter: Int?
  ) throws -> [[TokenAnswer]] {
    try stride(from: 0, to: samples.count, by: Self.samplesAtOnce).flatMap { begin in
      try answers(samples[begin..<min(begin + Self.samplesAtOnce, samples.count)], of: model, adapter: adapter)
    }
  }

  private func answers(
    _ samples: ArraySlice<TrainingSample>, of model: LoadedModel, adapter: Int?
  ) throws -> [[TokenAnswer]] {
    var forest = PrefixForest()
    var expected: [[(target: PrefixForest.Target, token: Int32)]] = []
    for sample in samples {
      // The last token is only predicted.
      let path = forest.insert(sample.ids.dropLast(), adapter: adapter)
      expected.append(sample.scored.map { (forest.want(sample.ids[$0], after: path[$0 - 1]), sample.ids[$0]) })
    }
    var found: [Int: NextToken] = [:]
    for planned in WavePlan(forest, waveRows: Self.waveRows) {
      for (node, next) in zip(planned.scoredNodes, try model.decoder.forward(planned.wave)) { found[node] = next }
    }
    return expected.map { tokens in
      tokens.map { target, token in
        let next = found[target.node]
        return TokenAnswer(
          isLikeliest: next?.argmax == token, logprob: next?.logprob(target.index) ?? -.infinity)
      }
    }
  }
}

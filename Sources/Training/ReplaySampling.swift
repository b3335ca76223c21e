import Checkpoints
import Diagnostics
import Foundation
import Suites
import Transformer

/// What the suites of the gate ask, each with its answer: a text that holds one may not be trained on.
package struct GuardedTexts: Sendable {
  private let needles: [Data]

  package init(_ suites: [Suite]) {
    needles = suites.flatMap { suite in
      suite.tasks.flatMap { task in
        task.items.flatMap { item in
          ([item.output] + item.aliases).map {
            Data((task.template.replacing("{input}", with: item.input) + task.answerPrefix + $0).lowercased().utf8)
          }
        }
      }
    }
  }

  /// Whether a text has a suite's question and its answer in it; without regard to case.
  package func contains(_ text: String) -> Bool {
    let text = Data(text.lowercased().utf8)
    return needles.contains { text.range(of: $0) != nil }
  }
}

extension TrainingPlan {
  /// Lets the base model write the texts that the recipe replays; nothing where it replays none.
  ///
  /// A text begins with the settings' prompt and ends where the model ends it, its last token included, or after as many tokens as
  /// the settings allow. The same seed gives the same texts, whatever the number of threads.
  ///
  /// - Throws: `InputError` for a prompt that the tokenizer or the model cannot take, and where no text is left.
  package mutating func sampleReplay(from checkpoint: Checkpoint, guarded: GuardedTexts, threads: Int) throws {
    guard let settings = recipe.mix.replay else { return }
    let field = "mix.replay"
    let prompt = try replayPrompt(settings)
    let decoder = try Decoder(checkpoint, threads: threads)
    let ends = Set(checkpoint.configuration.endTokenIDs + [encoder.tokenizer.eosTokenID].compactMap { $0 })
    let sequences = try SequenceSampler(decoder).sample(
      prompts: Array(repeating: prompt, count: settings.count),
      settings: SamplingSettings(
        temperature: settings.temperature,
        maximumTokens: min(settings.maximumTokens, encoder.contextLength - prompt.count), stopTokens: ends),
      seed: order.seed(of: .replay))
    replaySamples = sequences.compactMap { sequence in
      var ids = prompt + sequence.tokens
      if case .stopToken(let end) = sequence.ending { ids.append(end) }
      guard ids.count > prompt.count, ids.allSatisfy({ Int($0) < encoder.vocabularySize }),
        !guarded.contains(encoder.tokenizer.decode(ids))
      else { return nil }
      return TrainingSample(ids: ids, scored: Array(prompt.count..<ids.count), kind: .replay)
    }
    guard !replaySamples.isEmpty else {
      throw InputError(
        recipe.file, field: field, "the base wrote no text that can be trained on",
        remedy: "raise count or max_tokens, or give another prompt")
    }
  }

  private func replayPrompt(_ settings: MixSettings.Replay) throws -> [Int32] {
    let tokenizer = encoder.tokenizer
    let ids =
      settings.prompt.isEmpty
      ? [tokenizer.bosTokenID ?? tokenizer.eosTokenID].compactMap { $0 } : tokenizer.encodePrompt(settings.prompt)
    guard !ids.isEmpty else {
      throw InputError(
        recipe.file, field: "mix.replay.prompt", "is empty, and the tokenizer has neither BOS nor EOS to stand for it",
        remedy: "write a prompt")
    }
    guard ids.count + 2 <= encoder.contextLength else {
      throw InputError(
        recipe.file, field: "mix.replay.prompt",
        "has \(ids.count) tokens, the model's context \(encoder.contextLength)",
        remedy: "write a shorter prompt")
    }
    return ids
  }
}

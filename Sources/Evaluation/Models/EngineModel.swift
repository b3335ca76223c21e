import Checkpoints
import Diagnostics
import Scoring
import Suites
import Tokenizers
import Transformer

/// A model in this process's engine: a checkpoint, or its one adapter.
package struct EngineModel: ReadyModel {
  let model: LoadedModel
  /// The index of the adapter that is asked; nil for the checkpoint itself.
  let adapter: Int?

  package init(_ model: LoadedModel, adapter: Int?) {
    self.model = model
    self.adapter = adapter
  }

  package var scorer: any Scorer { EngineScorer(model, adapter: adapter) }

  package var bos: String { model.tokenizer.addsBOS ? "bos" : "none" }

  package func notes(on requests: [Request]) throws -> [String] {
    model.notes + PromptEncoding(requests, model.tokenizer).warnings.map { "\(model.checkpoint.path): \($0)" }
  }

  package func tokenHashes(of batches: [[Request]]) throws -> [[String: String]] {
    try model.tokenHashes(of: batches)
  }

  package func write(
    after requests: [Request], tokens: Int, stops: Bool, answered: (Int, String) throws -> Void
  ) throws {
    var places: [Int] = []
    var prompts: [[Int32]] = []
    for (place, request) in requests.enumerated() {
      guard let encoded = try? model.tokenizer.encode(request), !encoded.context.isEmpty else { continue }
      places.append(place)
      prompts.append(Array(encoded.context))
    }
    guard !prompts.isEmpty else { return }
    let ends = Set(model.checkpoint.configuration.endTokenIDs + [model.tokenizer.eosTokenID].compactMap { $0 })
      .union(stopToken(of: requests).map { [$0] } ?? [])
    _ = try Interruption.watching {
      try SequenceSampler(model.decoder, adapter: adapter).sample(
        prompts: prompts,
        settings: SamplingSettings(temperature: 0, maximumTokens: tokens, stopTokens: stops ? ends : []), seed: 0
      ) { index, sequence in
        try answered(places[index], model.tokenizer.decode(sequence.tokens))
      }
    }
  }

  /// The token that ends every answer, where all have one stop text that is one token: what comes behind it is cut off anyway.
  private func stopToken(of requests: [Request]) -> Int32? {
    let texts = Set(requests.map { $0.exactMatch?.stop ?? "" })
    guard let text = texts.first, texts.count == 1, !text.isEmpty else { return nil }
    let ids = model.tokenizer.encodeContinuation(text)
    return ids.count == 1 ? ids[0] : nil
  }
}

import Suites
import Transformer

extension LoadedModel {
  /// The token hash of every request, by request id, batch by batch: what a run would keep, without running anything.
  ///
  /// - Throws: `UnscorableRequest` for the first request that cannot be asked of this model.
  package func tokenHashes(of batches: [[Request]]) throws -> [[String: String]] {
    let limits = EncodingLimits(decoder.spec)
    let tokenizer = tokenizer
    let encoded = parallelMap(batches.count, threads: decoder.team.count) { index in
      encodeBatch(batches[index], index: index, tokenizer, limits).map { requests in
        Dictionary(
          zip(batches[index].map(\.id), requests.map(\.tokenHash)), uniquingKeysWith: { first, _ in first })
      }
    }
    return try encoded.map { try $0.get() }
  }
}

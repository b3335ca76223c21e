import Suites
import Tokenizers
import Transformer

/// The token hash of every request, by request id, batch by batch: what a run would keep, without asking anything.
///
/// - Throws: `UnscorableRequest` for the first request that cannot be asked of a model with these limits.
package func tokenHashes(
  of batches: [[Request]], _ tokenizer: Tokenizer, _ limits: EncodingLimits, threads: Int
) throws -> [[String: String]] {
  let encoded = parallelMap(batches.count, threads: threads) { index in
    encodeBatch(batches[index], index: index, tokenizer, limits).map { requests in
      Dictionary(
        zip(batches[index].map(\.id), requests.map(\.tokenHash)), uniquingKeysWith: { first, _ in first })
    }
  }
  return try encoded.map { try $0.get() }
}

extension LoadedModel {
  /// As the function of the same name.
  package func tokenHashes(of batches: [[Request]]) throws -> [[String: String]] {
    try Scoring.tokenHashes(of: batches, tokenizer, EncodingLimits(decoder.spec), threads: decoder.team.count)
  }
}

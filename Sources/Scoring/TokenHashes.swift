import Suites
import Tokenizers
import Transformer

/// The token hash of every request, by request id, batch by batch: what a run would keep, without asking anything.
///
/// - Throws: `UnscorableRequest` for the first request that cannot be asked of a model with these limits; what a server that has the ids
///   does wrong.
package func tokenHashes(
  of batches: [[Request]], _ tokenizer: some TextTokenizer, _ limits: EncodingLimits, threads: Int
) throws -> [[String: String]] {
  try prepare(batches, tokenizer)
  let encoded = parallelMap(batches.count, threads: threads) { index in
    encodeBatch(batches[index], index: index, tokenizer, limits).map { requests in
      Dictionary(
        zip(batches[index].map(\.id), requests.map(\.tokenHash)), uniquingKeysWith: { first, _ in first })
    }
  }
  return try encoded.map { try $0.get() }
}

/// Has a tokenizer read all texts of some batches, where that is not done here.
package func prepare(_ batches: [[Request]], _ tokenizer: some TextTokenizer) throws {
  // A part of them at a time: a suite's prompts are many times as long as itself.
  for first in stride(from: 0, to: batches.count, by: 64) {
    try tokenizer.prepare { batches[first..<min(first + 64, batches.count)].flatMap { $0.flatMap(\.promptTexts) } }
  }
}

extension LoadedModel {
  /// As the function of the same name.
  package func tokenHashes(of batches: [[Request]]) throws -> [[String: String]] {
    try Scoring.tokenHashes(of: batches, tokenizer, EncodingLimits(decoder.spec), threads: decoder.team.count)
  }
}

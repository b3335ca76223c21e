import Checkpoints
import Foundation
import Scoring
import Suites
import Testing

/// Compares the answers to sixty real requests with those that transformers gave in fp32 on the dequantised weights.
///
/// - Parameters:
///   - path: the model.
///   - name: the folder of its goldens: requests.jsonl, expected.jsonl.
func expectTransformersAnswers(_ path: String, goldens name: String) throws {
  struct Golden: Decodable {
    let logprob: Double
    let is_greedy: Bool
    let tokens: [Int32]
    let context_tokens: [Int32]
  }
  struct Line: Decodable {
    let context: String
    let continuation: String
  }

  let folder = Repository.goldens.appendingPathComponent(name)
  func lines<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> [Value] {
    try Data(contentsOf: folder.appendingPathComponent(name)).split(separator: UInt8(ascii: "\n"))
      .map { try JSONDecoder().decode(type, from: $0) }
  }
  let requests = try lines("requests.jsonl", Line.self).map {
    Request(context: $0.context, continuation: $0.continuation, exactMatch: nil)
  }
  let expected = try lines("expected.jsonl", Golden.self)
  try #require(requests.count == 60 && expected.count == 60)
  let model = try LoadedModel(try Checkpoint.open(path), threads: 2)
  let scores = try EngineScorer(model).score(requests)
  try #require(scores.count == 60)
  for (index, score) in scores.enumerated() {
    #expect(abs((score.logprob ?? 1) - expected[index].logprob) < 1e-3, "request \(index)")
    #expect(score.isGreedy == expected[index].is_greedy, "request \(index)")
    let encoded = try model.tokenizer.encode(requests[index])
    #expect(Array(encoded.continuation) == expected[index].tokens, "request \(index)")
    #expect(Array(encoded.context) == expected[index].context_tokens, "request \(index)")
  }
}

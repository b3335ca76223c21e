import Checkpoints
import Foundation
import Scoring
import Suites
import Testing

/// Goldens by Scripts/goldens/smollm2.py: transformers in fp32 on the dequantised weights.
@Suite("SmolLM2 parity", .enabled(if: Repository.smolLM2 != nil, "the model has not been fetched"))
struct SmolLM2ParityTests {
  private struct Golden: Decodable {
    let logprob: Double
    let is_greedy: Bool
    let tokens: [Int32]
    let context_tokens: [Int32]
  }

  private struct Line: Decodable {
    let context: String
    let continuation: String
  }

  @Test("60 real requests: every logprob within 1e-3, greedy flags and token ids equal")
  func requests() throws {
    let folder = Repository.goldens.appendingPathComponent("smollm2")
    func lines<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> [Value] {
      try Data(contentsOf: folder.appendingPathComponent(name)).split(separator: UInt8(ascii: "\n"))
        .map { try JSONDecoder().decode(type, from: $0) }
    }
    let requests = try lines("requests.jsonl", Line.self).map {
      Request(context: $0.context, continuation: $0.continuation, exactMatch: nil)
    }
    let expected = try lines("expected.jsonl", Golden.self)
    try #require(requests.count == 60 && expected.count == 60)
    let model = try LoadedModel(try Checkpoint.open(try #require(Repository.smolLM2)), threads: 2)
    for (index, score) in try EngineScorer(model).score(requests).enumerated() {
      #expect(abs(score.logprob - expected[index].logprob) < 1e-3, "request \(index)")
      #expect(score.isGreedy == expected[index].is_greedy, "request \(index)")
      let encoded = try model.tokenizer.encode(requests[index])
      #expect(Array(encoded.continuation) == expected[index].tokens)
      #expect(Array(encoded.context) == expected[index].context_tokens)
    }
  }
}

import Diagnostics
import Foundation
import Reading
import Served
import Testing

@Suite("What each engine is asked, and how its answers are read")
struct EngineTests {
  private let ids: [Int32] = [504, 2365, 282, 4649]

  private func json(_ text: String) throws -> JSONValue {
    try Data(text.utf8).withUnsafeBytes { bytes throws in try JSONParser.parse(bytes) }
  }

  private func body(_ request: ServerRequest) throws -> JSONValue {
    try json(String(decoding: request.body ?? [], as: UTF8.self))
  }

  // An answer of vLLM 0.32.0 on a processor (its first entry null, own tokens by their ids, rank 1 the most probable).
  private let vllm = #"""
    {"choices": [{"index": 0, "text": " a", "prompt_logprobs": [null,
      {"2365": {"logprob": -6.807, "rank": 40, "decoded_token": " cat"}},
      {"282": {"logprob": -0.5, "rank": 1, "decoded_token": " of"}},
      {"4649": {"logprob": -3.25, "rank": 2, "decoded_token": " x"}, "260": {"logprob": -0.75, "rank": 1, "decoded_token": " the"}}]}]}
    """#

  @Test("vLLM: ids, no top-k, and the rank for the greedy flag")
  func vLLM() throws {
    let engine = VLLMEngine(model: "tuned")
    let request = try body(engine.scoring(ids, from: 2)[0])
    #expect(request.at("prompt") == [504, 2365, 282, 4649])
    #expect(request.at("prompt_logprobs") == 0 && request.at("max_tokens") == 1 && request.at("model") == "tuned")
    let readings = try engine.readings(json(vllm), of: ids, from: 2, part: 0)
    #expect(
      readings == [
        TokenReading(logprob: -0.5, isTop: true, top: 282), TokenReading(logprob: -3.25, isTop: false, top: nil),
      ])
  }

  @Test(
    "vLLM: other ids, other lengths and values for no score are refused",
    arguments: [
      (#""282""#, #""283""#, "other ids"), ("[null,", "[", "scores 3 prompt tokens where 4 were sent"),
      ("-3.25", "-9999.0", "no finite score"), ("-0.5", "0.5", "no finite score"),
      (#""rank": 1, "decoded_token": " of""#, #""decoded_token": " of""#, "no rank"),
    ])
  func vLLMRefusals(part: String, other: String, words: String) throws {
    let answer = try json(vllm.replacing(part, with: other))
    let fault = try #require(throws: ServerFault.self) {
      _ = try VLLMEngine(model: "m").readings(answer, of: ids, from: 2, part: 0)
    }
    #expect(fault.error(try ServerAddress("http://h", place: "t")).problem.contains(words), "\(fault)")
  }

  @Test("SGLang: the list begins one token early, its first value null")
  func sglang() throws {
    let engine = SGLangEngine(adapter: "tuned")
    let request = try body(engine.scoring(ids, from: 2)[0])
    #expect(
      request.at("logprob_start_len") == 1 && request.at("top_logprobs_num") == 1 && request.at("lora_path") == "tuned")
    let answer = try json(
      #"{"meta_info": {"input_token_logprobs": [[null, 2365, null], [-0.5, 282, null], [-3.25, 4649, null]], "#
        + #""input_top_logprobs": [null, [[-0.5, 282, null]], [[-0.75, 260, null]]]}}"#)
    let readings = try engine.readings(answer, of: ids, from: 2, part: 0)
    #expect(
      readings == [
        TokenReading(logprob: -0.5, isTop: true, top: 282), TokenReading(logprob: -3.25, isTop: false, top: 260),
      ])
    #expect(throws: ServerFault.self) { _ = try engine.readings(answer, of: ids, from: 1, part: 0) }
  }

  @Test("completions by echo: one entry more than the prompt, tokens compared by their values")
  func completions() throws {
    let answer = try json(
      #"{"choices": [{"text": "x", "logprobs": {"tokens": ["a", "b", "c", "d", "e"], "token_logprobs": [null, -6.5, -0.5, -3.25, -1], "#
        + #""top_logprobs": [null, {"z": -1.5}, {"c": -0.5}, {"d": -0.75}, {"e": -1}]}}]}"#)
    let readings = try CompletionsEngine(model: "m").readings(answer, of: ids, from: 2, part: 0)
    // The last one's text is its rival's too: the value tells.
    #expect(
      readings == [
        TokenReading(logprob: -0.5, isTop: true, top: 282), TokenReading(logprob: -3.25, isTop: false, top: nil),
      ])
  }

  @Test("an answer of another engine is told from a wrong one")
  func foreign() throws {
    let other = try json(#"{"choices": [{"text": "x", "logprobs": {"content": []}}]}"#)
    for engine in [VLLMEngine(model: "m"), SGLangEngine(adapter: nil), CompletionsEngine(model: "m")] as [any Engine] {
      let fault = try #require(throws: ServerFault.self) { _ = try engine.readings(other, of: ids, from: 1, part: 0) }
      if case .foreign = fault { continue }
      Issue.record("\(engine.name): \(fault)")
    }
  }
}

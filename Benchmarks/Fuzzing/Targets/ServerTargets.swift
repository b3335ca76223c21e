import Foundation
import Reading
import Served

/// Answers of servers: of every engine's form, as scores and as text.
enum ServerTargets {
  static func all() -> [FuzzTarget] { [scores(), texts()] }

  private static let ids: [Int32] = [504, 2365, 282, 4649]
  private static let start = 2

  private static func scores() -> FuzzTarget {
    let engines: [any Engine] = [
      VLLMEngine(model: "m"), SGLangEngine(adapter: nil), CompletionsEngine(model: "m"),
    ]
    let seeds = [
      #"{"choices":[{"text":" a","token_ids":[28,1],"prompt_logprobs":[null,{"2365":{"logprob":-6.807,"rank":40}},{"282":{"logprob":-0.5,"rank":1}},{"4649":{"logprob":-3.25,"rank":2},"260":{"logprob":-0.75,"rank":1}}]}]}"#,
      #"{"text":" a","meta_info":{"input_token_logprobs":[[null,2365,null],[-0.5,282,null],[-3.25,4649,null]],"input_top_logprobs":[null,[[-0.5,282,null]],[[-0.75,260,null]]],"output_token_logprobs":[[-0.1,28,null]],"prompt_tokens":4}}"#,
      #"{"choices":[{"text":" a","logprobs":{"token_logprobs":[null,-6.8,-0.5,-3.25,-0.1],"top_logprobs":[null,{"x":-1},{"y":-0.5},{"z":-0.75},{"a":-0.1}]}}]}"#,
    ]
    return FuzzTarget("server-scores", .json, seeds.map { Array($0.utf8) }, share: 0.5) { bytes, seed in
      let answer = try parsed(bytes)
      let engine = engines[seed % engines.count]
      _ = try? engine.generated(answer, count: 2)
      let readings = try engine.readings(answer, of: ids, from: start, part: 0)
      try require(readings.count == ids.count - start, "\(readings.count) readings")
      try require(
        readings.allSatisfy { $0.logprob.isFinite && $0.logprob <= 0 }, "a logprob that is none: \(readings)")
    }
  }

  private static func texts() -> FuzzTarget {
    let forms: [any WritingForm] = [OpenAIWriting(model: "m"), OllamaWriting(model: "m")]
    let seeds = [
      #"{"choices":[{"index":0,"message":{"role":"assistant","content":"word 7"},"finish_reason":"stop","logprobs":{"content":[{"token":"x","logprob":-0.25,"top_logprobs":[{"token":"x","logprob":-0.25}]}]}}],"system_fingerprint":"b1"}"#,
      #"{"message":{"role":"assistant","content":"word 7"},"done":true,"logprobs":[{"token":"x","logprob":-0.25,"top_logprobs":[{"token":"x","logprob":-0.25}]}]}"#,
      #"{"choices":[{"text":" word 7","logprobs":{"token_logprobs":[-0.5],"top_logprobs":[{"a":-0.25}]}}]}"#,
      #"{"response":" word 7","done":true}"#,
    ]
    return FuzzTarget("server-texts", .json, seeds.map { Array($0.utf8) }, share: 0.5) { bytes, seed in
      _ = try forms[seed % forms.count].written(parsed(bytes))
    }
  }

  /// As the client reads a reply.
  private static func parsed(_ bytes: [UInt8]) throws -> JSONValue {
    try ServerFault.json(of: ServerReply(status: 200, body: Data(bytes))).get()
  }
}

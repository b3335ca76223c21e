import Reading

/// Any server that speaks OpenAI's older completions with `echo` and `logprobs`, as most did before they had forms of their own.
///
/// It names tokens by their text, which two ids may share: lengths and the self-test's alignment stand in for comparing ids.
package struct CompletionsEngine: Engine {
  package let name = "completions"
  package let writesIDs = false
  let model: String

  package init(model: String) { self.model = model }

  package func scoring(_ ids: [Int32], from start: Int) -> [ServerRequest] {
    let body: JSONValue = [
      "model": .string(model), "prompt": json(ids), "echo": true, "logprobs": 1, "max_tokens": 1,
      "temperature": .number(0),
    ]
    return [.post("/v1/completions", body, answerLimit: answerLimit(tokens: ids.count, each: 600))]
  }

  package func readings(
    _ answer: JSONValue, of ids: [Int32], from start: Int, part: Int
  ) throws(ServerFault) -> [TokenReading] {
    guard let choice = answer.at("choices")?.array?.first, let own = choice.at("logprobs", "token_logprobs")?.array,
      let tops = choice.at("logprobs", "top_logprobs")?.array
    else { throw .foreign("gives no prompt logprobs") }
    // The token that it had to write stands behind the prompt's.
    guard own.count == ids.count + 1, tops.count == own.count else {
      throw .malformed("scores \(own.count) tokens where \(ids.count) were sent and one was to be written")
    }
    guard own.first == .null else { throw .malformed("scores the first prompt token, which nothing stands before") }
    var readings: [TokenReading] = []
    for place in start..<ids.count {
      let value = try logprob(own[place], at: place)
      guard let best = tops[place].object?.members.compactMap({ $0.value.number }).max() else {
        throw .malformed("gives no most probable token at prompt token \(place)")
      }
      // Its own text may be there under another id's; a logprob that equals the best is the best, and ties are as rare as they are harmless.
      readings.append(TokenReading(logprob: value, isTop: value >= best, top: value >= best ? ids[place] : nil))
    }
    return readings
  }

  package func generation(_ ids: [Int32], count: Int) -> ServerRequest {
    let body: JSONValue = [
      "model": .string(model), "prompt": json(ids), "max_tokens": .integer(count), "temperature": .number(0),
      "logprobs": 1,
    ]
    return .post("/v1/completions", body, answerLimit: answerLimit(tokens: ids.count + count, each: 600))
  }

  package func generated(_ answer: JSONValue, count: Int) throws(ServerFault) -> Generated {
    guard let choice = answer.at("choices")?.array?.first, let text = choice.at("text")?.text else {
      throw .foreign("generates no text")
    }
    try TextEnd.demandUsual(choice.at("finish_reason"))
    return Generated(
      ids: nil, text: text, logprobs: choice.at("logprobs", "token_logprobs")?.array?.compactMap(\.number) ?? [],
      hasEnded: choice.at("finish_reason")?.text == "stop",
      promptTokens: answer.at("usage", "prompt_tokens")?.wholeNumber)
  }
}

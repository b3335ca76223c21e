import Reading

/// vLLM's own form of OpenAI's completions: `prompt_logprobs: 0` gives every prompt token's logprob and rank.
package struct VLLMEngine: Engine {
  package let name = "vllm"
  package let writesIDs = true
  /// The model or adapter that is asked.
  let model: String

  package init(model: String) { self.model = model }

  package func scoring(_ ids: [Int32], from start: Int) -> [ServerRequest] {
    let body: JSONValue = [
      "model": .string(model), "prompt": json(ids), "prompt_logprobs": 0, "max_tokens": 1, "temperature": .number(0),
    ]
    return [.post("/v1/completions", body, answerLimit: answerLimit(tokens: ids.count, each: 400))]
  }

  package func readings(
    _ answer: JSONValue, of ids: [Int32], from start: Int, part: Int
  ) throws(ServerFault) -> [TokenReading] {
    guard let entries = answer.at("choices")?.array?.first?.at("prompt_logprobs")?.array else {
      throw .foreign("gives no prompt logprobs")
    }
    guard entries.count == ids.count else {
      throw .malformed("scores \(entries.count) prompt tokens where \(ids.count) were sent")
    }
    guard entries.first == .null else { throw .malformed("scores the first prompt token, which nothing stands before") }
    var readings: [TokenReading] = []
    // All of them are there: a cache's answer to another prompt may have the same end.
    for place in 1..<ids.count {
      // By its key: order is no part of the form.
      guard let own = entries[place].object?["\(ids[place])"] else {
        throw .malformed("scores other ids than those sent, at prompt token \(place)")
      }
      guard place >= start else { continue }
      guard let rank = own.at("rank")?.wholeNumber, rank >= 1 else {
        throw .malformed("gives no rank for prompt token \(place)")
      }
      readings.append(
        TokenReading(
          logprob: try logprob(own.at("logprob"), at: place), isTop: rank == 1, top: rank == 1 ? ids[place] : nil))
    }
    return readings
  }

  package func generation(_ ids: [Int32], count: Int) -> ServerRequest {
    let body: JSONValue = [
      "model": .string(model), "prompt": json(ids), "max_tokens": .integer(count), "temperature": .number(0),
      "logprobs": 0, "return_token_ids": true,
      // The model's generation_config.json may have another, which would make another text.
      "repetition_penalty": .number(1),
    ]
    return .post("/v1/completions", body, answerLimit: answerLimit(tokens: ids.count + count, each: 400))
  }

  package func generated(_ answer: JSONValue, count: Int) throws(ServerFault) -> Generated {
    guard let choice = answer.at("choices")?.array?.first, let ids = choice.at("token_ids")?.array?.compactMap(\.id),
      ids.count <= count
    else { throw .foreign("generates no token ids") }
    try TextEnd.demandUsual(choice.at("finish_reason"))
    let read = choice.at("prompt_token_ids")?.array
    return Generated(
      ids: ids, text: choice.at("text")?.text ?? "",
      logprobs: choice.at("logprobs", "token_logprobs")?.array?.compactMap(\.number) ?? [],
      hasEnded: choice.at("finish_reason")?.text == "stop",
      promptTokens: read?.count ?? answer.at("usage", "prompt_tokens")?.wholeNumber, promptIDs: read?.compactMap(\.id))
  }
}

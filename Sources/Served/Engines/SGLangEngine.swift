import Reading

/// SGLang's `/generate`: input logprobs from the last context token on, so that its radix cache serves shared demonstrations.
package struct SGLangEngine: Engine {
  package let name = "sglang"
  package let writesIDs = true
  /// The adapter that is asked; nil for the base.
  let adapter: String?

  package init(adapter: String?) { self.adapter = adapter }

  package func scoring(_ ids: [Int32], from start: Int) -> [ServerRequest] {
    // Its list begins with the token before, whose value is always null.
    [request(ids, count: 0, [("logprob_start_len", .integer(start - 1)), ("top_logprobs_num", 1)])]
  }

  package func readings(
    _ answer: JSONValue, of ids: [Int32], from start: Int, part: Int
  ) throws(ServerFault) -> [TokenReading] {
    guard let own = answer.at("meta_info", "input_token_logprobs")?.array,
      let tops = answer.at("meta_info", "input_top_logprobs")?.array
    else { throw .foreign("gives no input logprobs") }
    let sent = ids.count - start + 1
    guard own.count == sent, tops.count == sent else {
      throw .malformed("scores \(own.count) prompt tokens where \(sent) were asked for")
    }
    guard own.first?.array?.first == .null else {
      throw .malformed("scores the token before the first that was asked for")
    }
    var readings: [TokenReading] = []
    for place in start..<ids.count {
      let entry = own[place - start + 1].array ?? []
      guard entry.count >= 2, entry[1].id == ids[place] else {
        throw .malformed("scores other ids than those sent, at prompt token \(place)")
      }
      guard let top = tops[place - start + 1].array?.first?.array, top.count >= 2, let best = top[1].id else {
        throw .malformed("gives no most probable token at prompt token \(place)")
      }
      readings.append(TokenReading(logprob: try logprob(entry[0], at: place), isTop: best == ids[place], top: best))
    }
    return readings
  }

  package func generation(_ ids: [Int32], count: Int) -> ServerRequest { request(ids, count: count, []) }

  package func generated(_ answer: JSONValue, count: Int) throws(ServerFault) -> Generated {
    guard let tokens = answer.at("meta_info", "output_token_logprobs")?.array else {
      throw .foreign("generates no token ids")
    }
    let ids = tokens.compactMap { $0.array.flatMap { $0.count >= 2 ? $0[1].id : nil } }
    guard ids.count == tokens.count, ids.count <= count else { throw .foreign("generates no token ids") }
    try TextEnd.demandUsual(answer.at("meta_info", "finish_reason", "type"))
    return Generated(
      ids: ids, text: answer.at("text")?.text ?? "", logprobs: tokens.compactMap { $0.array?.first?.number },
      hasEnded: answer.at("meta_info", "finish_reason", "type")?.text == "stop",
      promptTokens: answer.at("meta_info", "prompt_tokens")?.wholeNumber)
  }

  private func request(_ ids: [Int32], count: Int, _ more: [(String, JSONValue)]) -> ServerRequest {
    let members: [(String, JSONValue)] = [
      ("input_ids", json(ids)),
      // Its output logprobs follow the temperature; of 0 it takes the most probable token and leaves them raw.
      // A penalty of the model's generation_config.json would make another text.
      (
        "sampling_params",
        ["max_new_tokens": .integer(count), "temperature": .number(0), "repetition_penalty": .number(1)]
      ),
      ("return_logprob", true), ("return_text_in_logprobs", false),
    ]
    var body = JSONObject(members)
    for (key, value) in more { _ = body.append(key, value) }
    if let adapter { _ = body.append("lora_path", .string(adapter)) }
    return .post("/generate", .object(body), answerLimit: answerLimit(tokens: ids.count + count, each: 400))
  }
}

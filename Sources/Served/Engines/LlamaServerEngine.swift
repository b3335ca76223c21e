import Reading
import Tokenizers

/// llama.cpp's llama-server: it scores no prompts, so the ids are forced by a token grammar and its raw logprobs are read.
///
/// Pre-sampling logprobs are a softmax over raw full logits, which grammar and bias leave alone. Tokens that no grammar takes, of control and
/// those that are a part of a character, are forced one at a time by a bias.
package struct LlamaServerEngine: Engine {
  package let name = "llama-server"
  package let writesIDs = true
  /// Every adapter that is loaded, with the scale at which this model has it.
  let adapters: [(id: Int, scale: Double)]
  let tokenizer: any TextTokenizer

  package func scoring(_ ids: [Int32], from start: Int) -> [ServerRequest] {
    guard !ids[start...].allSatisfy(isPlain) else {
      let grammar = "root ::= " + ids[start...].map { "<[\($0)]>" }.joined(separator: " ")
      return [request(ids[..<start], count: ids.count - start, probabilities: 1, [("grammar", .string(grammar))])]
    }
    return (start..<ids.count).map { place in
      request(
        ids[..<place], count: 1, probabilities: isWhole(ids[place]) ? 1 : tokenizer.vocabularySize,
        [("logit_bias", [[.integer(Int(ids[place])), .number(1e9)]])])
    }
  }

  package func readings(
    _ answer: JSONValue, of ids: [Int32], from start: Int, part: Int
  ) throws(ServerFault) -> [TokenReading] {
    let isForcedTogether = ids[start...].allSatisfy(isPlain)
    let wanted = isForcedTogether ? Array(ids[start...]) : [ids[start + part]]
    let first = isForcedTogether ? start : start + part
    guard answer.at("completion_probabilities") != nil else {
      throw .foreign("gives no probabilities of forced tokens")
    }
    try demandPrompt(answer, first)
    guard let tokens = answer.at("tokens")?.array?.compactMap(\.id), tokens == wanted,
      let entries = answer.at("completion_probabilities")?.array, entries.count == wanted.count
    else {
      throw .malformed("does not write the tokens where it was held to \(wanted.count), from prompt token \(first)")
    }
    var readings: [TokenReading] = []
    for (offset, entry) in entries.enumerated() {
      guard entry.at("id")?.id == wanted[offset], let best = entry.at("top_logprobs")?.array?.first?.at("id")?.id else {
        throw .malformed("gives no logprob for prompt token \(first + offset)")
      }
      readings.append(
        TokenReading(
          logprob: try logprob(entry.at("logprob"), at: first + offset), isTop: best == wanted[offset], top: best))
    }
    return readings
  }

  package func generation(_ ids: [Int32], count: Int) -> ServerRequest {
    request(ids[...], count: count, probabilities: 1, [])
  }

  package func generated(_ answer: JSONValue, count: Int) throws(ServerFault) -> Generated {
    guard let ids = answer.at("tokens")?.array?.compactMap(\.id), ids.count <= count else {
      throw .foreign("generates no token ids")
    }
    try TextEnd.demandUsual(answer.at("stop_type"))
    let entries = answer.at("completion_probabilities")?.array ?? []
    return Generated(
      ids: ids, text: answer.at("content")?.text ?? "", logprobs: entries.compactMap { $0.at("logprob")?.number },
      hasEnded: answer.at("stop_type")?.text == "eos", promptTokens: promptTokens(answer))
  }

  /// Doubled BOS tokens and prompts that were cut show here.
  private func demandPrompt(_ answer: JSONValue, _ count: Int) throws(ServerFault) {
    guard let read = promptTokens(answer), read != count else { return }
    throw .malformed("reads \(read) prompt tokens where \(count) were sent")
  }

  private func promptTokens(_ answer: JSONValue) -> Int? { answer.at("tokens_evaluated")?.wholeNumber }

  private func request(
    _ ids: ArraySlice<Int32>, count: Int, probabilities: Int, _ more: [(String, JSONValue)]
  ) -> ServerRequest {
    let isHeld = more.contains { $0.0 == "grammar" }
    let members: [(String, JSONValue)] = [
      ("prompt", json(ids)), ("n_predict", .integer(count)), ("temperature", .number(isHeld ? -1 : 0)),
      ("n_probs", .integer(probabilities)), ("samplers", isHeld ? [] : ["temperature"]), ("return_tokens", true),
      // What a slot keeps of a prompt is another adapter's: builds of 2026 take it for this one's (seen, b11549).
      ("cache_prompt", .bool(adapters.isEmpty)), ("post_sampling_probs", false),
    ]
    var body = JSONObject(members)
    for (key, value) in more { _ = body.append(key, value) }
    if !adapters.isEmpty {
      let scales = adapters.map { adapter -> JSONValue in ["id": .integer(adapter.id), "scale": .number(adapter.scale)]
      }
      _ = body.append("lora", .array(scales))
    }
    return .post(
      "/completion", .object(body),
      answerLimit: answerLimit(tokens: ids.count + count * max(1, probabilities), each: 300))
  }

  /// Whether a grammar takes it: no token of control, and whole characters.
  private func isPlain(_ id: Int32) -> Bool {
    Int(id) < tokenizer.vocabularySize && !tokenizer.isSpecial(id) && id != tokenizer.eosTokenID && isWhole(id)
  }

  private func isWhole(_ id: Int32) -> Bool {
    Int(id) >= tokenizer.vocabularySize || String(validating: tokenizer.bytes(of: id), as: UTF8.self) != nil
  }
}

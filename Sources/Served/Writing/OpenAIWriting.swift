import Diagnostics
import Reading

/// OpenAI's form, which most servers speak: chats by `/v1/chat/completions`, texts by `/v1/completions`.
package struct OpenAIWriting: WritingForm {
  static let chatPath = "/v1/chat/completions"
  static let textPath = "/v1/completions"

  let model: String
  /// Why the server has no chats, or no texts; nil where it has.
  var chatRefusal: WritingRefusal?
  var textRefusal: WritingRefusal?
  /// Whether it takes what its own settings would otherwise add: a penalty on repetitions, out of the model's generation_config.json, makes
  /// another text of the same model.
  var takesPenalties = true
  /// llama-server's adapters, with the scale at which this model has each.
  var adapters: [(id: Int, scale: Double)] = []

  package init(model: String) { self.model = model }

  package func refusal(of prompt: WritingPrompt, count: Int) -> WritingRefusal? {
    switch prompt {
    case .text: textRefusal
    case .messages: chatRefusal
    }
  }

  package func request(_ prompt: WritingPrompt, count: Int, stop: String, logprobs: Bool) -> ServerRequest {
    var body = JSONObject([
      ("model", .string(model)), ("max_tokens", .integer(count)), ("temperature", .number(0)), ("top_p", .number(1)),
      ("presence_penalty", .number(0)), ("frequency_penalty", .number(0)),
    ])
    if !stop.isEmpty { _ = body.append("stop", [.string(stop)]) }
    if takesPenalties {
      // vLLM's and SGLang's word, and llama-server's.
      _ = body.append("repetition_penalty", .number(1))
      _ = body.append("repeat_penalty", .number(1))
    }
    if !adapters.isEmpty {
      _ = body.append("lora", .array(adapters.map { ["id": .integer($0.id), "scale": .number($0.scale)] }))
      // What a slot keeps of a prompt is another adapter's.
      _ = body.append("cache_prompt", false)
    }
    switch prompt {
    case .text(let text):
      _ = body.append("prompt", .string(text))
      if logprobs { _ = body.append("logprobs", .integer(1)) }
      return .post(Self.textPath, .object(body), answerLimit: writtenLimit(tokens: count))
    case .messages(let messages, let arguments):
      _ = body.append("messages", messages)
      if let arguments { _ = body.append("chat_template_kwargs", arguments) }
      if logprobs {
        _ = body.append("logprobs", true)
        _ = body.append("top_logprobs", .integer(1))
      }
      return .post(Self.chatPath, .object(body), answerLimit: writtenLimit(tokens: count))
    }
  }

  package func written(_ answer: JSONValue) throws(ServerFault) -> WrittenText {
    guard let choice = answer.at("choices")?.array?.first else { throw .foreign("gives no choices") }
    guard choice.at("index")?.wholeNumber ?? 0 == 0 else {
      throw .foreign("gives another choice than the one asked for")
    }
    if let fault = choice.at("error") ?? answer.at("error"), fault != .null {
      throw .unwritten(
        "leaves an answer out (\(shown(fault.at("message")?.text ?? JSONText.compact(fault), limit: 80)))")
    }
    try TextEnd.demandUsual(choice.at("finish_reason"))
    guard let message = choice.at("message") else {
      guard let text = choice.at("text")?.text else { throw .foreign("writes no text") }
      return WrittenText(text: text, logprobs: Self.ofText(choice) + Self.ofChat(choice))
    }
    let thoughts = [message.at("reasoning_content"), message.at("reasoning")].compactMap { $0?.text }
    if let thought = thoughts.first(where: { !$0.isEmpty }) { throw .thinking(start: String(thought.prefix(60))) }
    if let refusal = message.at("refusal")?.text, !refusal.isEmpty {
      throw .unwritten("refuses to answer ('\(shown(refusal, limit: 40))')")
    }
    switch message.at("content") {
    case .string(let text)?: return WrittenText(text: text, logprobs: Self.ofChat(choice))
    // A model that ends its answer at once.
    case .null?: return WrittenText(text: "", logprobs: [])
    default: throw .foreign("gives a message without text")
    }
  }

  /// `{content: [{logprob, top_logprobs: [{logprob}]}]}`
  private static func ofChat(_ choice: JSONValue) -> [WrittenText.Pair] {
    (choice.at("logprobs", "content")?.array ?? []).compactMap { entry in
      guard let own = entry.at("logprob")?.number,
        let top = entry.at("top_logprobs")?.array?.compactMap({ $0.at("logprob")?.number }).max()
      else { return nil }
      return WrittenText.Pair(own: own, top: top)
    }
  }

  /// `{token_logprobs: [], top_logprobs: [{text: logprob}]}`
  private static func ofText(_ choice: JSONValue) -> [WrittenText.Pair] {
    guard let own = choice.at("logprobs", "token_logprobs")?.array,
      let tops = choice.at("logprobs", "top_logprobs")?.array, own.count == tops.count
    else { return [] }
    return zip(own, tops).compactMap { own, tops in
      guard let own = own.number, let top = tops.object?.members.compactMap({ $0.value.number }).max() else {
        return nil
      }
      return WrittenText.Pair(own: own, top: top)
    }
  }
}

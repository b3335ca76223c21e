import Reading

/// Ollama's own form: its OpenAI routes take neither raw text nor the settings below, of which a small context cuts prompts without a word.
package struct OllamaWriting: WritingForm {
  let model: String
  /// Tokens of a prompt and its answer that it keeps.
  let contextLength: Int
  /// Bytes of what its template and its own system message put into a chat.
  let templateBytes: Int
  /// What it is asked to keep, of a model that can: prompts of a suite are shorter than this.
  static let usualContext = 16_384
  /// Its templates know one argument.
  static let argument = "enable_thinking"

  package init(model: String, contextLength: Int = usualContext, templateBytes: Int = 0) {
    self.model = model
    self.contextLength = min(contextLength, Self.usualContext)
    self.templateBytes = templateBytes
  }

  /// What does not fit is cut by older versions without a word, whatever they are told: so that is known before. A token has at least one
  /// byte, and what a template puts around each message is less than JSON does.
  package func refusal(of prompt: WritingPrompt, count: Int) -> WritingRefusal? {
    let bytes: Int
    switch prompt {
    case .text(let text): bytes = text.utf8.count
    case .messages(let messages, let arguments):
      if let unknown = arguments?.object?.members.first(where: { $0.key != Self.argument }) {
        return .problem(
          "is Ollama, which tells a template nothing but \(Self.argument), and chat.arguments has '\(unknown.key)'",
          remedy: "leave it out")
      }
      bytes = templateBytes + JSONText.compact(messages).utf8.count
    }
    guard bytes + count > contextLength else { return nil }
    return .problem(
      "keeps \(contextLength) tokens of a prompt and its answer, and a prompt of \(bytes) bytes may have more",
      remedy: "ask fewer demonstrations, or gate the model's .gguf file (in ~/.ollama/models/blobs)")
  }

  package func request(_ prompt: WritingPrompt, count: Int, stop: String, logprobs: Bool) -> ServerRequest {
    var options = JSONObject([
      ("temperature", .number(0)), ("num_predict", .integer(count)), ("num_ctx", .integer(contextLength)),
      ("repeat_penalty", .number(1)), ("presence_penalty", .number(0)), ("frequency_penalty", .number(0)),
      ("seed", .integer(0)),
    ])
    if !stop.isEmpty { _ = options.append("stop", [.string(stop)]) }
    var body = JSONObject([("model", .string(model)), ("stream", false), ("options", .object(options))])
    // What is too long is an error to newer versions, which cut it otherwise.
    _ = body.append("truncate", false)
    _ = body.append("shift", false)
    if logprobs {
      _ = body.append("logprobs", true)
      _ = body.append("top_logprobs", .integer(1))
    }
    let path: String
    switch prompt {
    case .text(let text):
      path = "/api/generate"
      _ = body.append("prompt", .string(text))
      _ = body.append("raw", true)
    case .messages(let messages, let arguments):
      path = "/api/chat"
      _ = body.append("messages", messages)
      if let thinks = arguments?.at(Self.argument) { _ = body.append("think", thinks) }
    }
    return .post(path, .object(body), answerLimit: writtenLimit(tokens: count))
  }

  package func written(_ answer: JSONValue) throws(ServerFault) -> WrittenText {
    let thoughts = [answer.at("thinking"), answer.at("message", "thinking")].compactMap { $0?.text }
    if let thought = thoughts.first(where: { !$0.isEmpty }) { throw .thinking(start: String(thought.prefix(60))) }
    guard let text = answer.at("message", "content")?.text ?? answer.at("response")?.text else {
      throw .foreign("writes no text")
    }
    guard answer.at("done")?.bool ?? true else { throw .unwritten("answers before it has ended") }
    try TextEnd.demandUsual(answer.at("done_reason"))
    let pairs = (answer.at("logprobs")?.array ?? []).compactMap { entry -> WrittenText.Pair? in
      guard let own = entry.at("logprob")?.number,
        let top = entry.at("top_logprobs")?.array?.compactMap({ $0.at("logprob")?.number }).max()
      else { return nil }
      return WrittenText.Pair(own: own, top: top)
    }
    return WrittenText(text: text, logprobs: pairs)
  }
}

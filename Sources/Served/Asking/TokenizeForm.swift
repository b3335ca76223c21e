import Reading

/// How a server's `/tokenize` is asked and read: vLLM and SGLang by name, llama-server by content.
enum TokenizeForm: Sendable {
  case byPrompt(model: String)
  case byContent

  /// The model's name where the form has it.
  var model: String { if case .byPrompt(let model) = self { model } else { "" } }

  func request(_ text: String, addsSpecialTokens: Bool = false) -> ServerRequest {
    let body: JSONValue =
      switch self {
      case .byPrompt(let model):
        ["model": .string(model), "prompt": .string(text), "add_special_tokens": .bool(addsSpecialTokens)]
      case .byContent:
        ["content": .string(text), "add_special": .bool(addsSpecialTokens), "parse_special": true, "with_pieces": true]
      }
    return .post("/tokenize", body, answerLimit: answerLimit(tokens: text.utf8.count + 8, each: 120))
  }

  /// Ids, and bytes where the server has pieces; nil where it gives no tokens.
  static func tokens(_ answer: JSONValue) -> [(id: Int32, bytes: [UInt8]?)]? {
    guard let tokens = answer.at("tokens")?.array else { return nil }
    let read = tokens.compactMap { token -> (id: Int32, bytes: [UInt8]?)? in
      guard let id = token.id ?? token.at("id")?.id, id >= 0 else { return nil }
      let piece = token.at("piece")
      let bytes =
        piece?.text.map { Array($0.utf8) }
        ?? piece?.array?.compactMap { $0.wholeNumber.map(UInt8.init(truncatingIfNeeded:)) }
      return (id, bytes)
    }
    return read.count == tokens.count ? read : nil
  }
}

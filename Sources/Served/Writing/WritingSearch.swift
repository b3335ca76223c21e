import Diagnostics
import Reading

/// Finds out in which form a server writes text, by what it answers.
struct WritingSearch {
  private let address: ServerAddress
  private let access: ServerAccess
  /// What the model's chat template is told.
  private let arguments: JSONObject
  private let transport: any Transport
  private let pump: RequestPump

  init(_ address: ServerAddress, _ access: ServerAccess, _ arguments: JSONObject, _ transport: any Transport) {
    (self.address, self.access, self.arguments, self.transport) = (address, access, arguments, transport)
    pump = RequestPump(transport, address, access, knock: ServedModel.knock)
  }

  func find() throws -> WritingModel {
    let listing = try ServerListing(address, pump)
    let (name, entry) = try listing.chosen()
    return listing.isOllama ? try ollama(name) : try openAI(name, entry, listing)
  }

  // MARK: Ollama

  /// Tokens below which the self-test's own prompts would not fit.
  private static let leastContext = 256

  private func ollama(_ name: String) throws -> WritingModel {
    let details = try said(
      .post("/api/show", .object(JSONObject([("model", .string(name))])), answerLimit: 64 << 20))
    let length = details?.at("model_info")?.object?.members.first { $0.key.hasSuffix(".context_length") }?
      .value.wholeNumber
    if let length, length < Self.leastContext {
      throw InputError(
        address.description, "has a context of \(length) tokens, which hold no few-shot prompt",
        remedy: "name another model")
    }
    let texts = [details?.at("system")?.text, details?.at("template")?.text].compactMap { $0?.utf8.count }
    let form = OllamaWriting(
      model: name, contextLength: length ?? OllamaWriting.usualContext, templateBytes: texts.reduce(0, +))
    if let refusal = form.refusal(of: question, count: 4) { throw refusal.error(address) }
    let request = form.request(question, count: 4, stop: "", logprobs: false)
    let answer = try pump.answer(request)
    do throws(ServerFault) { _ = try form.written(answer) } catch {
      throw error.error(address, asking: request.path)
    }
    let models = try said(.get("/api/tags"))?.at("models")?.array ?? []
    let own = models.first { [$0.at("name")?.text, $0.at("model")?.text].contains(name) }
    return try model(
      name, engine: "ollama", version: try said(.get("/api/version"))?.at("version")?.text,
      root: own?.at("digest")?.text,
      parent: nil, contextLength: form.contextLength, form,
      notes: length == nil
        ? ["it does not say how long the model's context is: that \(form.contextLength) tokens fit is taken on trust"]
        : [])
  }

  // MARK: OpenAI's form

  private func openAI(_ name: String, _ entry: ListedModel?, _ listing: ServerListing) throws -> WritingModel {
    var form = OpenAIWriting(model: name)
    form.adapters = listing.scales(of: name)
    var notes: [String] = []
    var fingerprint: String?
    var reasons: [String] = []
    /// Why the server does not take a prompt.
    func refusal(_ prompt: WritingPrompt, _ kind: ShownText, _ remedy: ShownText) throws -> WritingRefusal? {
      switch try trial(prompt, form) {
      case .answer(let answer):
        fingerprint = fingerprint ?? answer.at("system_fingerprint")?.text
        return nil
      case .otherForm(let reason):
        if !reasons.contains(reason) { reasons.append(reason) }
        return .problem("takes no \(kind) (\(reason)), and the suite is asked so", remedy: remedy)
      case .fault(let fault, let path): return .fault(fault, path: path)
      }
    }
    func tryBoth() throws {
      form.chatRefusal = try refusal(
        question, "chats", "write prompt: raw into the configuration, or serve the model with its chat template")
      form.textRefusal = try refusal(
        .text("One, two, three,"), "raw text", "write prompt: chat into the configuration")
    }
    try tryBoth()
    if reasons.count == 2 {
      // What takes no penalties of another's wording refuses both kinds for that.
      form.takesPenalties = false
      try tryBoth()
      notes.append("it takes no repetition_penalty: one that it adds of its own is taken for the model")
    }
    if let chat = form.chatRefusal, let text = form.textRefusal {
      for refusal in [chat, text] { if case .fault = refusal { throw refusal.error(address) } }
      throw InputError(
        address.description, "writes no text in any form that Holdfast knows (\(reasons.joined(separator: "; ")))",
        remedy: "serve the model with an OpenAI-compatible server, or Ollama")
    }
    let props = try said(.get("/props"))
    let version = try props?.at("build_info")?.text ?? said(.get("/version"))?.at("version")?.text ?? fingerprint
    let adapter = listing.adapters.first { $0.isNamed(name) }
    let root = props?.at("model_path")?.text ?? entry?.root
    return try model(
      adapter?.name ?? name, engine: "openai", version: version, root: adapter?.path ?? root,
      parent: adapter == nil ? entry?.parent : root, contextLength: entry?.contextLength, form, notes: notes)
  }

  /// What became of a short prompt.
  private enum Trial {
    case answer(JSONValue)
    /// The server has no prompts of this kind, and says so.
    case otherForm(String)
    /// It has them, and something is wrong with it; that counts where a suite is asked so.
    case fault(ServerFault, path: String)
  }

  private func trial(_ prompt: WritingPrompt, _ form: OpenAIWriting) throws -> Trial {
    let request = form.request(prompt, count: 4, stop: "", logprobs: false)
    switch try pump.trial(request) {
    case .failure(.refused(let status, let message, _))
    where (400..<500).contains(status) && ![401, 403, 429].contains(status) || status == 501:
      return .otherForm("\(request.path) answers \(status) \(shown(message, limit: 80))")
    case .failure(.notJSON): return .otherForm("\(request.path) answers no JSON")
    case .failure(let fault):
      if case .refused(let status, _, _) = fault, status >= 500, status != 503 {
        return .fault(fault, path: request.path)
      }
      throw fault.error(address, asking: request.path)
    case .success(let answer):
      do throws(ServerFault) { _ = try form.written(answer) } catch {
        if case .foreign(let lack) = error { return .otherForm("\(request.path) \(lack)") }
        return .fault(error, path: request.path)
      }
      return .answer(answer)
    }
  }

  // MARK: Both

  private var question: WritingPrompt { .question("Say yes.", arguments: arguments) }

  private func said(_ request: ServerRequest) throws -> JSONValue? {
    if case .success(let answer) = try pump.trial(request) { answer } else { nil }
  }

  private func model(
    _ name: String, engine: String, version: String?, root: String?, parent: String?, contextLength: Int?,
    _ form: any WritingForm, notes: [String]
  ) throws -> WritingModel {
    WritingModel(
      address: address.naming(name), access: access,
      facts: ServerFacts(
        engine: engine, version: version, model: name, root: root, parent: parent, dtype: nil,
        contextLength: contextLength, servedHash: access.servedHash),
      notes: notes, arguments: arguments, form: form, transport: transport)
  }
}

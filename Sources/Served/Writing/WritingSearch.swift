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

  private func ollama(_ name: String) throws -> WritingModel {
    if let unknown = arguments.members.first(where: { $0.key != OllamaWriting.argument }) {
      throw InputError(
        address.description, field: "chat.arguments.\(unknown.key)", "is nothing that Ollama tells a template",
        remedy: "leave it out: \(OllamaWriting.argument) alone goes through")
    }
    let details = try said(
      .post("/api/show", .object(JSONObject([("model", .string(name))])), answerLimit: 64 << 20))
    let length = details?.at("model_info")?.object?.members.first { $0.key.hasSuffix(".context_length") }?
      .value.wholeNumber
    let form = OllamaWriting(model: name, contextLength: length ?? OllamaWriting.usualContext)
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
      parent: nil, contextLength: form.contextLength, form, notes: [])
  }

  // MARK: OpenAI's form

  private func openAI(_ name: String, _ entry: ListedModel?, _ listing: ServerListing) throws -> WritingModel {
    var form = OpenAIWriting(model: name)
    form.adapters = listing.scales(of: name)
    var notes: [String] = []
    var fingerprint: String?
    /// Why the server does not take a prompt.
    func refusal(_ prompt: WritingPrompt) throws -> String? {
      switch try trial(prompt, form) {
      case .success(let answer):
        fingerprint = fingerprint ?? answer.at("system_fingerprint")?.text
        return nil
      case .failure(let refusal): return refusal.reason
      }
    }
    func tryBoth() throws {
      form.chatRefusal = try refusal(question)
      form.textRefusal = try refusal(.text("One, two, three,"))
    }
    try tryBoth()
    var refusals = [form.chatRefusal, form.textRefusal].compactMap { $0 }
    if refusals.count == 2 {
      // What takes no penalties of another's wording refuses both kinds for that.
      form.takesPenalties = false
      try tryBoth()
      refusals += [form.chatRefusal, form.textRefusal].compactMap { $0 }.filter { !refusals.contains($0) }
      notes.append("it takes no repetition_penalty: one that it adds of its own is taken for the model")
    }
    guard form.chatRefusal == nil || form.textRefusal == nil else {
      throw InputError(
        address.description, "writes no text in any form that Holdfast knows (\(refusals.joined(separator: "; ")))",
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

  /// The answer to a short prompt, or why there is none.
  private func trial(_ prompt: WritingPrompt, _ form: OpenAIWriting) throws -> Result<JSONValue, Refusal> {
    let request = form.request(prompt, count: 4, stop: "", logprobs: false)
    switch try pump.trial(request) {
    case .failure(.refused(let status, let message, _)) where ServerFault.isOfForm(status: status):
      return .failure(Refusal("\(request.path) answers \(status) \(shown(message, limit: 80))"))
    case .failure(.notJSON): return .failure(Refusal("\(request.path) answers no JSON"))
    case .failure(let fault): throw fault.error(address, asking: request.path)
    case .success(let answer):
      do throws(ServerFault) { _ = try form.written(answer) } catch {
        if case .foreign(let lack) = error { return .failure(Refusal("\(request.path) \(lack)")) }
        throw error.error(address, asking: request.path)
      }
      return .success(answer)
    }
  }

  private struct Refusal: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
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

import Diagnostics
import Reading

/// Finds out in which form a server writes text, by what it answers.
struct WritingSearch {
  private let address: ServerAddress
  private let access: ServerAccess
  private let transport: any Transport
  private let pump: RequestPump

  init(_ address: ServerAddress, _ access: ServerAccess, _ transport: any Transport) {
    (self.address, self.access, self.transport) = (address, access, transport)
    pump = RequestPump(transport, address, access, knock: ServedModel.knock)
  }

  func find() throws -> WritingModel {
    let listing = try ServerListing(address, pump)
    let (name, entry) = try listing.chosen()
    let isOllama = listing.models.contains { $0.owner == "library" }
    return isOllama ? try ollama(name) : try openAI(name, entry, listing)
  }

  // MARK: Ollama

  private func ollama(_ name: String) throws -> WritingModel {
    let form = OllamaWriting(model: name)
    _ = try answer(form.request(.question("Say yes."), count: 4, stop: "", logprobs: false), form)
    let models = try said("/api/tags")?.at("models")?.array ?? []
    let own = models.first { [$0.at("name")?.text, $0.at("model")?.text].contains(name) }
    return try model(
      name, engine: "ollama", version: try said("/api/version")?.at("version")?.text, root: own?.at("digest")?.text,
      parent: nil, contextLength: OllamaWriting.contextLength, form, notes: [])
  }

  // MARK: OpenAI's form

  private func openAI(_ name: String, _ entry: ListedModel?, _ listing: ServerListing) throws -> WritingModel {
    var form = OpenAIWriting(model: name)
    form.adapters = listing.scales(of: name)
    var (notes, refusals): ([String], [String]) = ([], [])
    var fingerprint: String?
    func has(_ prompt: WritingPrompt) throws -> Bool {
      switch try trial(prompt, form) {
      case .success(let answer):
        fingerprint = fingerprint ?? answer.at("system_fingerprint")?.text
        return true
      case .failure(let reason):
        refusals.append(reason.reason)
        return false
      }
    }
    // What takes no penalties of another's wording refuses both kinds for that.
    form.hasChat = try has(.question("Say yes."))
    if !form.hasChat { form.hasText = try has(.text("One, two, three,")) }
    if !form.hasChat, !form.hasText {
      (form.takesPenalties, form.hasChat, form.hasText) = (false, true, true)
      form.hasChat = try has(.question("Say yes."))
      if !form.hasChat { form.hasText = try has(.text("One, two, three,")) }
      notes.append("it takes no repetition_penalty: one that it adds of its own is taken for the model")
    }
    guard form.hasChat || form.hasText else {
      throw InputError(
        address.description, "writes no text in any form that Holdfast knows (\(refusals.joined(separator: "; ")))",
        remedy: "serve the model with an OpenAI-compatible server, or Ollama")
    }
    if form.hasChat { form.hasText = try has(.text("One, two, three,")) }
    let props = try said("/props")
    let version = try props?.at("build_info")?.text ?? said("/version")?.at("version")?.text ?? fingerprint
    let adapter = listing.adapters.first { $0.isNamed(name) }
    let root = props?.at("model_path")?.text ?? entry?.root
    return try model(
      adapter?.name ?? name, engine: "openai", version: version, root: adapter?.path ?? root,
      parent: adapter == nil ? entry?.parent : root, contextLength: entry?.contextLength, form, notes: notes)
  }

  /// The answer to a short prompt, or why there is none.
  private func trial(_ prompt: WritingPrompt, _ form: OpenAIWriting) throws -> Result<JSONValue, Refusal> {
    guard let request = form.request(prompt, count: 4, stop: "", logprobs: false) else {
      return .failure(Refusal("is not asked"))
    }
    switch try pump.trial(request) {
    case .failure(.refused(let status, let message, _)) where ![401, 403, 429, 503].contains(status):
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

  private func answer(_ request: ServerRequest?, _ form: any WritingForm) throws -> WrittenText {
    let request = request ?? ServedModel.knock
    let answer = try pump.answer(request)
    do throws(ServerFault) { return try form.written(answer) } catch {
      throw error.error(address, asking: request.path)
    }
  }

  private func said(_ path: String) throws -> JSONValue? {
    if case .success(let answer) = try pump.trial(.get(path)) { answer } else { nil }
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
      notes: notes, form: form, transport: transport)
  }
}

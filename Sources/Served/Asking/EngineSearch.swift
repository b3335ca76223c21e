import Diagnostics
import Foundation
import Reading
import Tokenizers

/// One entry of a server's `/v1/models`.
struct ListedModel: Sendable, Hashable {
  let id: String
  let root: String?
  let parent: String?
  let contextLength: Int?
  let owner: String?
}

/// Finds out by what it answers how a server is to be asked, and refuses what cannot be asked with the reason.
struct EngineSearch {
  private let address: ServerAddress
  private let vocabulary: ServedVocabulary
  private let access: ServerAccess
  private let transport: any Transport
  private let pump: RequestPump

  /// A text that any vocabulary has several tokens for.
  private static let sample = "One, two, three, four, five, six."

  init(_ address: ServerAddress, _ vocabulary: ServedVocabulary, _ access: ServerAccess, _ transport: any Transport) {
    self.address = address
    self.vocabulary = vocabulary
    self.access = access
    self.transport = transport
    pump = RequestPump(transport, address, access, knock: ServedModel.knock)
  }

  func find() throws -> ServedModel {
    let listed = try models()
    try refuseKnown(listed)
    let adapters = try llamaAdapters()
    let (name, entry) = try chosen(listed, adapters)
    let tokenizer = vocabulary.tokenizer
    let ids = tokenizer.encodePrompt(Self.sample, addSpecialTokens: false)
    let engines: [any Engine] = [
      VLLMEngine(model: name),
      SGLangEngine(adapter: entry?.parent == nil ? nil : name.components(separatedBy: ":").last),
      LlamaServerEngine(adapters: scales(adapters, name), tokenizer: tokenizer), CompletionsEngine(model: name),
    ]
    var reasons: [String] = []
    for engine in engines {
      guard let reason = try refusal(of: engine, ids) else {
        return ServedModel(
          address: address.naming(name), access: access, facts: try facts(engine, name, entry, adapters),
          vocabulary: vocabulary, engine: engine, transport: transport)
      }
      reasons.append("\(engine.name): \(reason)")
    }
    throw InputError(
      address.description,
      "gives no logprobs of prompts in any form that Holdfast knows (\(reasons.joined(separator: "; ")))",
      remedy: "serve the model with vLLM, SGLang or llama.cpp's llama-server of December 2025 or later")
  }

  /// Why an engine's form is not the server's; nil where it is.
  ///
  /// - Throws: `InputError` where it is, and something is wrong with it.
  private func refusal(of engine: any Engine, _ ids: [Int32]) throws -> String? {
    var dialogue = PromptScoring(engine, ids, from: 1)
    while let request = dialogue.request {
      switch try pump.trial(request) {
      case .failure(.refused(let status, let message, _))
      where status != 401 && status != 403 && status != 429 && status != 503:
        return "\(request.path) answers \(status) \(shown(message, limit: 60))"
      case .failure(.notJSON) where engine.name != "vllm": return "\(request.path) answers no JSON"
      case .failure(let fault): throw fault.error(address, asking: request.path)
      case .success(let answer):
        do throws(ServerFault) { try dialogue.take(answer) } catch {
          if case .foreign(let lack) = error { return lack }
          throw error.error(address.naming(address.model ?? engine.name), asking: request.path)
        }
      }
    }
    return nil
  }

  private func models() throws -> [ListedModel] {
    switch try pump.trial(ServedModel.knock) {
    case .success(let answer):
      return (answer.at("data")?.array ?? []).compactMap { entry in
        entry.at("id")?.text.map { id in
          ListedModel(
            id: id, root: entry.at("root")?.text, parent: entry.at("parent")?.text,
            contextLength: entry.at("max_model_len")?.wholeNumber ?? entry.at("meta", "n_ctx")?.wholeNumber,
            owner: entry.at("owned_by")?.text)
        }
      }
    case .failure(.refused(let status, _, _)) where status == 404 || status == 405: return []
    case .failure(let fault): throw fault.error(address, asking: ServedModel.knock.path)
    }
  }

  /// Servers that are known not to do: their answers look right and are not, or lack what is needed.
  private func refuseKnown(_ listed: [ListedModel]) throws {
    func refuse(_ problem: ShownText, _ remedy: ShownText) -> InputError {
      InputError(address.description, problem, remedy: remedy)
    }
    if listed.contains(where: { $0.owner == "me" }) {
      throw refuse(
        "is llama-cpp-python's server, which takes no token ids and gives logprobs one token off for models without BOS",
        "serve the same .gguf file with llama.cpp's llama-server, or give the file itself")
    }
    if listed.contains(where: { $0.owner == "library" }) {
      throw refuse(
        "is Ollama, which gives no logprobs of prompts and takes no token ids",
        "give the model's .gguf file (in ~/.ollama/models/blobs), or serve it with llama.cpp's llama-server")
    }
    if case .success(let info) = try pump.trial(.get("/info")),
      info.at("docker_label") != nil || info.at("max_total_tokens") != nil
    {
      throw refuse(
        "is text-generation-inference, which says of no prompt token whether it is the most probable",
        "serve the model with vLLM or SGLang")
    }
  }

  /// The model that is meant, and its entry.
  private func chosen(_ listed: [ListedModel], _ adapters: [LlamaAdapter]) throws -> (String, ListedModel?) {
    let names = (listed.map(\.id) + adapters.map(\.name)).map { "'\($0)'" }.joined(separator: ", ")
    if let name = address.model {
      let entry = listed.first { $0.id == name || $0.id.hasSuffix(":\(name)") }
      guard entry != nil || adapters.contains(where: { $0.isNamed(name) }) || listed.isEmpty else {
        throw InputError(
          address.description, "has no model of this name",
          remedy: "give one that it has, behind a '#': \(names.isEmpty ? "none" : names)")
      }
      return (entry?.id ?? name, entry)
    }
    let bases = listed.filter { $0.parent == nil }
    guard bases.count == 1 else {
      throw InputError(
        address.description, bases.isEmpty ? "lists no model" : "has several models",
        remedy: "name one behind a '#'\(words: names.isEmpty ? "" : ": \(shown(names))")")
    }
    return (bases[0].id, bases[0])
  }

  // MARK: llama-server's adapters

  private struct LlamaAdapter {
    let id: Int
    let path: String
    var name: String { modelFileName(path) }
    func isNamed(_ text: String) -> Bool { text == name || text == path }
  }

  private func llamaAdapters() throws -> [LlamaAdapter] {
    guard case .success(.array(let entries)) = try pump.trial(.get("/lora-adapters")) else { return [] }
    return entries.compactMap { entry in
      guard let id = entry.at("id")?.wholeNumber, let path = entry.at("path")?.text else { return nil }
      return LlamaAdapter(id: id, path: path)
    }
  }

  private func scales(_ adapters: [LlamaAdapter], _ name: String) -> [(id: Int, scale: Double)] {
    adapters.map { ($0.id, $0.isNamed(name) ? 1 : 0) }
  }

  // MARK: What it says of itself

  private func facts(
    _ engine: any Engine, _ name: String, _ entry: ListedModel?, _ adapters: [LlamaAdapter]
  ) throws -> ServerFacts {
    func said(_ paths: String...) throws -> JSONValue? {
      for path in paths { if case .success(let answer) = try pump.trial(.get(path)) { return answer } }
      return nil
    }
    var (version, root, dtype, length): (String?, String?, String?, Int?) = (
      nil, entry?.root, nil, entry?.contextLength
    )
    switch engine.name {
    case "vllm": version = try said("/version")?.at("version")?.text
    case "sglang":
      let info = try said("/server_info", "/get_server_info")
      version = info?.at("version")?.text
      dtype = info?.at("dtype")?.text
      root = root ?? info?.at("model_path")?.text
      length = length ?? info?.at("context_length")?.wholeNumber ?? info?.at("max_total_num_tokens")?.wholeNumber
    case "llama-server":
      let props = try said("/props")
      version = props?.at("build_info")?.text
      root = props?.at("model_path")?.text ?? root
      length = props?.at("default_generation_settings", "n_ctx")?.wholeNumber ?? length
      if let adapter = adapters.first(where: { $0.isNamed(name) }) {
        return facts(engine, adapter.name, version, adapter.path, root, dtype, length)
      }
    default: version = try said("/version")?.at("version")?.text
    }
    return facts(engine, name, version, root, entry?.parent, dtype, length)
  }

  private func facts(
    _ engine: any Engine, _ name: String, _ version: String?, _ root: String?, _ parent: String?, _ dtype: String?,
    _ length: Int?
  ) -> ServerFacts {
    ServerFacts(
      engine: engine.name, version: version, model: name, root: root, parent: parent, dtype: dtype,
      contextLength: length, servedHash: access.servedHash)
  }
}

/// A file's name without its folders and its ".gguf".
private func modelFileName(_ path: String) -> String {
  let name = URL(fileURLWithPath: path).lastPathComponent
  return name.hasSuffix(".gguf") ? String(name.dropLast(5)) : name
}

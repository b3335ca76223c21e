import Diagnostics
import Foundation
import Reading
import Tokenizers

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
    let listing = try ServerListing(address, pump)
    try refuseKnown(listing)
    let adapters = listing.adapters
    let (name, entry) = try listing.chosen()
    let tokenizer = vocabulary.tokenizer
    let ids = try tokenizer.encodePrompt(Self.sample, addSpecialTokens: false)
    let engines: [any Engine] = [
      VLLMEngine(model: name),
      SGLangEngine(adapter: entry?.parent == nil ? nil : name.components(separatedBy: ":").last),
      LlamaServerEngine(adapters: listing.scales(of: name), tokenizer: tokenizer), CompletionsEngine(model: name),
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
      remedy:
        "serve the model with vLLM, SGLang or llama.cpp's llama-server of December 2025 or later; or write answers: written, for exact match alone"
    )
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

  /// Servers that are known not to do: their answers look right and are not, or lack what is needed.
  private func refuseKnown(_ listing: ServerListing) throws {
    func refuse(_ problem: ShownText, _ remedy: ShownText) -> InputError {
      InputError(address.description, problem, remedy: remedy)
    }
    if listing.models.contains(where: { $0.owner == "me" }) {
      throw refuse(
        "is llama-cpp-python's server, which takes no token ids and gives logprobs one token off for models without BOS",
        "serve the same .gguf file with llama.cpp's llama-server, or give the file itself")
    }
    if listing.isOllama {
      throw refuse(
        "is Ollama, which gives no logprobs of prompts and takes no token ids",
        "give the model's .gguf file (in ~/.ollama/models/blobs), serve it with llama.cpp's llama-server, or write answers: written"
      )
    }
    if case .success(let info) = try pump.trial(.get("/info")),
      info.at("docker_label") != nil || info.at("max_total_tokens") != nil
    {
      throw refuse(
        "is text-generation-inference, which says of no prompt token whether it is the most probable",
        "serve the model with vLLM or SGLang")
    }
  }

  // MARK: What it says of itself

  private func facts(
    _ engine: any Engine, _ name: String, _ entry: ListedModel?, _ adapters: [ServerListing.LlamaAdapter]
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

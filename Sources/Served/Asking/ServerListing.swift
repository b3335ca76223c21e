import Diagnostics
import Foundation
import Reading

/// One entry of a server's `/v1/models`.
struct ListedModel: Sendable, Hashable {
  let id: String
  let root: String?
  let parent: String?
  let contextLength: Int?
  /// Of the vocabulary, where the server says.
  let vocabularySize: Int?
  let owner: String?
}

/// The models that a server has: those of `/v1/models`, and llama-server's adapters.
struct ServerListing {
  let models: [ListedModel]
  let adapters: [LlamaAdapter]
  /// Whether this is Ollama, whose own models are of a library and others of whoever made them.
  let isOllama: Bool
  private let address: ServerAddress

  init(_ address: ServerAddress, _ pump: RequestPump) throws {
    self.address = address
    models = try Self.models(address, pump)
    adapters = try Self.llamaAdapters(pump)
    let isOfLibrary = models.contains { $0.owner == "library" }
    isOllama = try isOfLibrary || Self.hasOllamaRoutes(pump)
  }

  /// Others have one route or the other: llama-swap a version, llama-server a list, in which nothing has a digest.
  private static func hasOllamaRoutes(_ pump: RequestPump) throws -> Bool {
    guard case .success(let version) = try pump.trial(.get("/api/version")), version.at("version")?.text != nil,
      case .success(let list) = try pump.trial(.get("/api/tags"))
    else { return false }
    return list.at("models")?.array?.contains { $0.at("digest")?.text?.isEmpty == false } ?? false
  }

  private static func models(_ address: ServerAddress, _ pump: RequestPump) throws -> [ListedModel] {
    switch try pump.trial(ServedModel.knock) {
    case .success(let answer):
      return (answer.at("data")?.array ?? []).compactMap { entry in
        entry.at("id")?.text.map { id in
          ListedModel(
            id: id, root: entry.at("root")?.text, parent: entry.at("parent")?.text,
            contextLength: (entry.at("max_model_len")?.wholeNumber ?? entry.at("meta", "n_ctx")?.wholeNumber)
              .flatMap { $0 > 0 ? $0 : nil },
            vocabularySize: entry.at("meta", "n_vocab")?.wholeNumber,
            owner: entry.at("owned_by")?.text)
        }
      }
    case .failure(.refused(let status, _, _)) where status == 404 || status == 405: return []
    case .failure(let fault): throw fault.error(address, asking: ServedModel.knock.path)
    }
  }

  /// The model that is meant, and its entry.
  ///
  /// - Throws: `InputError` where it is not there, or none is named and there are several.
  func chosen() throws -> (name: String, entry: ListedModel?) {
    let listed = models
    let names = (listed.map(\.id) + adapters.map(\.name)).map { "'\($0)'" }.joined(separator: ", ")
    if let name = address.model {
      let ending = listed.filter { $0.id.hasSuffix(":\(name)") }
      let entry = listed.first { $0.id == name } ?? ending.first
      guard ending.count < 2 || entry?.id == name else {
        throw InputError(
          address.description, "has several models whose name ends so",
          remedy: "give the whole name: \(shown(ending.map { "'\($0.id)'" }.joined(separator: ", ")))")
      }
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

  struct LlamaAdapter {
    let id: Int
    let path: String
    var name: String { modelFileName(path) }
    func isNamed(_ text: String) -> Bool { text == name || text == path }
  }

  private static func llamaAdapters(_ pump: RequestPump) throws -> [LlamaAdapter] {
    guard case .success(.array(let entries)) = try pump.trial(.get("/lora-adapters")) else { return [] }
    return entries.compactMap { entry in
      guard let id = entry.at("id")?.wholeNumber, let path = entry.at("path")?.text else { return nil }
      return LlamaAdapter(id: id, path: path)
    }
  }

  /// Every adapter that is loaded, with the scale at which a model has it.
  func scales(of name: String) -> [(id: Int, scale: Double)] {
    adapters.map { ($0.id, $0.isNamed(name) ? 1 : 0) }
  }
}

/// A file's name without its folders and its ".gguf".
private func modelFileName(_ path: String) -> String {
  let name = URL(fileURLWithPath: path).lastPathComponent
  return name.hasSuffix(".gguf") ? String(name.dropLast(5)) : name
}

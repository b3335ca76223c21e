import Checkpoints
import Diagnostics
import Foundation
import Reading

/// Finds the tokenizer of a served model where nobody named one: a server says which files it was started with, and they may be on this
/// machine too, by the same path or in Hugging Face's cache. The self-test compares it with the server's, as any other. Where they are not,
/// the server's own `/tokenize` has to do.
package struct TokenizerSearch {
  private let environment: [String: String]

  /// - Parameter environment: says where the cache is: `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HOME`.
  package init(environment: [String: String] = ProcessInfo.processInfo.environment) { self.environment = environment }

  /// A folder or .gguf file with a tokenizer, else the server.
  ///
  /// - Throws: `InputError` where nobody answers, the model is not there, or neither its files are here nor the server has a `/tokenize`.
  package func find(
    _ address: ServerAddress, _ access: ServerAccess, transport: (any Transport)? = nil
  ) throws -> TokenizerPlace {
    let transport = try transport ?? CurlTransport(address, access)
    let pump = RequestPump(transport, address, access, knock: ServedModel.knock)
    let listing = try ServerListing(address, pump)
    let (_, entry) = try listing.chosen()
    // An adapter's files have no tokenizer as a rule: those of what it is on do.
    let parent = entry?.parent.flatMap { name in listing.models.first { $0.id == name } }
    var named = [parent?.root, parent?.id, entry?.root, entry?.id]
    for path in ["/props", "/server_info", "/get_server_info"] {
      guard case .success(let answer) = try pump.trial(.get(path)) else { continue }
      named = [answer.at("tokenizer_path")?.text] + named + [answer.at("model_path")?.text]
    }
    let places = named.compactMap { $0 }
    var damage: InputError?
    for place in places.compactMap(path) {
      do {
        _ = try ServedVocabulary(path: place)
        return .files(place)
      } catch let fault as InputError {
        damage = damage ?? fault
      }
    }
    if let damage { throw damage }
    if try ServedVocabulary.ofServer(address, access, transport) != nil { return .server }
    let files = Set(places).sorted().prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    throw InputError(
      address.description,
      "its tokenizer is not known: the files that the server says it was started with (\(files.isEmpty ? "none" : files)) are not on this machine, and it has no /tokenize",
      remedy:
        "name the model's folder with tokenizer.json, or a .gguf file of it, as tokenizer; or write answers: written, which needs none"
    )
  }

  /// Where a server's word for its files leads on this machine: to a .gguf file, or a folder with a tokenizer in it; nil for nowhere.
  private func path(_ named: String) -> String? {
    guard let place = named.hasPrefix("/") ? named : HubCache(environment: environment).snapshot(of: named) else {
      return nil
    }
    switch FileKind.of(place) {
    case .regular?: return place.hasSuffix(".gguf") ? place : nil
    case .folder?: return TokenizerFiles.areIn(URL(fileURLWithPath: place)) ? place : nil
    default: return nil
    }
  }
}

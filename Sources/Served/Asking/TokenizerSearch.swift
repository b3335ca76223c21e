import Diagnostics
import Foundation
import Reading

/// Finds the tokenizer of a served model where nobody named one: a server says which files it was started with, and they may be on this
/// machine too, by the same path or in Hugging Face's cache. The self-test compares it with the server's, as any other.
package struct TokenizerSearch {
  private let environment: [String: String]

  /// - Parameter environment: says where the cache is: `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HOME`.
  package init(environment: [String: String] = ProcessInfo.processInfo.environment) { self.environment = environment }

  /// The path of a folder or .gguf file with a tokenizer.
  ///
  /// - Throws: `InputError` where nobody answers, the model is not there, or its files are not here.
  package func find(
    _ address: ServerAddress, _ access: ServerAccess, transport: (any Transport)? = nil
  ) throws -> String {
    let pump = RequestPump(
      try transport ?? CurlTransport(address, access), address, access, knock: ServedModel.knock)
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
        return place
      } catch let fault as InputError {
        damage = damage ?? fault
      }
    }
    if let damage { throw damage }
    let files = Set(places).sorted().prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    throw InputError(
      address.description,
      "its tokenizer is not known: the files that the server says it was started with (\(files.isEmpty ? "none" : files)) are not on this machine",
      remedy:
        "name the model's folder with tokenizer.json, or a .gguf file of it, as tokenizer; or write answers: written, which needs none"
    )
  }

  /// Where a server's word for its files leads on this machine: to a .gguf file, or a folder with a tokenizer in it; nil for nowhere.
  private func path(_ named: String) -> String? {
    guard let place = named.hasPrefix("/") ? named : Self.isHubName(named) ? cached(named) : nil else { return nil }
    switch FileKind.of(place) {
    case .regular?: return place.hasSuffix(".gguf") ? place : nil
    case .folder?:
      let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
      return names.contains { ["tokenizer.json", "tokenizer.model", "tekken.json"].contains($0) } ? place : nil
    default: return nil
    }
  }

  /// `organisation/name`, which is no path.
  private static func isHubName(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && text.utf8.count <= 200
      && parts.allSatisfy { part in
        !part.isEmpty && !part.hasPrefix(".") && part.utf8.allSatisfy { Self.nameBytes.contains($0) }
      }
  }

  private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8)

  /// The snapshot of a hub model's main branch in the cache.
  private func cached(_ name: String) -> String? {
    func folder(_ variable: String, _ inside: String) -> String? {
      environment[variable].flatMap { $0.isEmpty ? nil : $0 + inside }
    }
    guard
      let cache = folder("HF_HUB_CACHE", "") ?? folder("HF_HOME", "/hub")
        ?? folder("XDG_CACHE_HOME", "/huggingface/hub") ?? folder("HOME", "/.cache/huggingface/hub")
    else { return nil }
    let model = "\(cache)/models--\(name.replacingOccurrences(of: "/", with: "--"))"
    guard let line = try? readFile("\(model)/refs/main", limit: 1 << 10, absent: "fetch it") else { return nil }
    let revision = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard !revision.isEmpty, revision.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
      return nil
    }
    return "\(model)/snapshots/\(revision)"
  }
}

import Foundation

/// Hugging Face's cache of downloaded models on this machine, as `hf download` and transformers fill it.
package struct HubCache: Sendable {
  private let environment: [String: String]

  /// - Parameter environment: says where it is: `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HOME`.
  package init(environment: [String: String] = ProcessInfo.processInfo.environment) { self.environment = environment }

  /// Whether a text can be a model's name there: `organisation/name`, which is no path out of a folder.
  package static func isName(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && text.utf8.count <= 200 && parts.allSatisfy { isPlainName($0, most: 200) }
  }

  private static let folderPrefix = "models--"
  private static let snapshots = "snapshots"

  /// The name, without its organisation, of the model whose snapshot a path is: "B" of `…/models--A--B/snapshots/0123abc`; nil for any other path.
  package static func name(ofSnapshot path: String) -> String? {
    let parts = path.split(separator: "/").suffix(3).map(String.init)
    guard parts.count == 3, parts[0].hasPrefix(folderPrefix), parts[1] == snapshots else { return nil }
    return parts[0].components(separatedBy: "--").last
  }

  /// The folder of a model's main branch; nil where that was not downloaded, or the name is none.
  package func snapshot(of name: String) -> String? {
    guard Self.isName(name) else { return nil }
    func folder(_ variable: String, _ inside: String) -> String? {
      environment[variable].flatMap { $0.isEmpty ? nil : $0 + inside }
    }
    guard
      let cache = folder("HF_HUB_CACHE", "") ?? folder("HF_HOME", "/hub")
        ?? folder("XDG_CACHE_HOME", "/huggingface/hub") ?? folder("HOME", "/.cache/huggingface/hub")
    else { return nil }
    let model = "\(cache)/\(Self.folderPrefix)\(name.replacingOccurrences(of: "/", with: "--"))"
    guard let line = try? readFile("\(model)/refs/main", limit: 1 << 10) else { return nil }
    let revision = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard !revision.isEmpty, revision.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
      return nil
    }
    let snapshot = "\(model)/\(Self.snapshots)/\(revision)"
    return FileKind.of(snapshot) == .folder ? snapshot : nil
  }
}

import Diagnostics
import Foundation

/// Where a server is, and which of its models is meant: `http://host:8000/prefix#model`.
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
  /// Scheme, host, port and path, without a slash at the end.
  package let root: String
  /// The model's name there; nil where the address leaves it open.
  package let model: String?

  package var description: String { model.map { "\(root)#\($0)" } ?? root }

  /// Whether a text is meant as an address and not as a path.
  package static func isAddress(_ text: String) -> Bool {
    text.lowercased().hasPrefix("http://") || text.lowercased().hasPrefix("https://")
  }

  /// - Parameters:
  ///   - place: the file or option that holds the address, for messages.
  ///   - field: the key in it.
  /// - Throws: `InputError` for what is no http or https address, or holds a password, a query or white space.
  package init(_ text: String, model: String? = nil, place: String, field: String? = nil) throws {
    func refuse(_ problem: ShownText, _ remedy: ShownText = "write one such as http://localhost:8000#model")
      -> InputError
    {
      InputError(place, field: field, problem, remedy: remedy)
    }
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard
      text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) || parts[0].utf8.allSatisfy({ (0x21..<0x7F).contains($0) })
    else { throw refuse("'\(parts[0])' has characters that no address has") }
    guard let components = URLComponents(string: parts[0]), let host = components.host, !host.isEmpty,
      let scheme = components.scheme?.lowercased(), scheme == "http" || scheme == "https"
    else { throw refuse("'\(parts[0])' is no http or https address") }
    guard components.user == nil, components.password == nil else {
      // Never shown: what stands there is secret.
      throw refuse(
        "the address holds a user or a password",
        "leave them out and give the key in HOLDFAST_API_KEY, or its file in api_key_file")
    }
    guard components.query == nil else { throw refuse("'\(parts[0])' has a query") }
    var root = "\(scheme)://\(host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host)"
    if let port = components.port { root += ":\(port)" }
    root += components.percentEncodedPath
    while root.hasSuffix("/") { root.removeLast() }
    // The address that OpenAI's own clients are given.
    if root.hasSuffix("/v1") { root.removeLast(3) }
    let named = parts.count == 2 ? parts[1] : nil
    guard named != "" else { throw refuse("no model's name stands behind the '#'") }
    if let named, let model, named != model { throw refuse("names the model '\(named)', and 'model' says '\(model)'") }
    self.root = root
    self.model = model ?? named
  }

  private init(root: String, model: String?) {
    self.root = root
    self.model = model
  }

  /// The same server's model of another name.
  package func naming(_ model: String) -> ServerAddress { ServerAddress(root: root, model: model) }
}

import Diagnostics

/// Where a served model's token ids come from.
package enum TokenizerPlace: Sendable, Hashable, CustomStringConvertible {
  /// A .gguf file or a folder with the tokenizer's files.
  case files(String)
  /// The server's own `/tokenize`, where no files of the model are here.
  case server

  package var description: String {
    switch self {
    case .files(let path): path
    case .server: "the server's /tokenize"
    }
  }
}

extension ServedVocabulary {
  /// - Throws: `InputError` where there is no tokenizer in that place, or it cannot be read.
  package init(
    of place: TokenizerPlace, _ address: ServerAddress, _ access: ServerAccess, transport: (any Transport)? = nil
  ) throws {
    switch place {
    case .files(let path): try self.init(path: path)
    case .server:
      let transport = try transport ?? CurlTransport(address, access)
      guard let own = try Self.ofServer(address, access, transport) else {
        throw InputError(
          address.description, "has no /tokenize",
          remedy: "name the model's folder with tokenizer.json, or a .gguf file of it, as tokenizer")
      }
      self.init(own, at: address)
    }
  }

  /// Nil where it has no `/tokenize`.
  static func ofServer(
    _ address: ServerAddress, _ access: ServerAccess, _ transport: any Transport
  ) throws -> ServerTokenizer? {
    let listing = try ServerListing(
      address, RequestPump(transport, address, access, knock: ServedModel.knock))
    let (name, entry) = try listing.chosen()
    return try ServerTokenizer(address, access, transport, model: name, size: entry?.vocabularySize)
  }
}

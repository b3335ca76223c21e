import Checkpoints
import Diagnostics
import Gating
import Ledger
import Reading
import Served

/// Opens the models that a command names: files here, and models that servers hold.
package final class ModelOpening {
  private let ledger: Ledger
  private let configuration: Configuration?
  private let access: ServerAccess
  /// What leads to the base: its path or address.
  private let base: () throws -> String
  private let tell: (String) -> Void
  /// The tokenizer of models that servers hold, where the configuration names none: given, or found beside the base.
  private var usualTokenizer: TokenizerPlace?
  /// What a server's own chat template is told.
  private let arguments: JSONObject
  private var checkpoint: Checkpoint?
  /// By address: a server is proved once.
  private var served: [String: ServedSubject] = [:]

  /// - Parameters:
  ///   - arguments: what a server's own chat template is told.
  ///   - tokenizer: of models that servers hold, where the configuration names none.
  ///   - tell: gets what a self-test could not look at, a line each.
  package init(
    _ configuration: Configuration?, ledger: Ledger, access: ServerAccess, base: @escaping () throws -> String,
    arguments: JSONObject, tokenizer: String? = nil, tell: @escaping (String) -> Void
  ) {
    (self.configuration, self.ledger, self.access, self.base, self.tell) = (configuration, ledger, access, base, tell)
    usualTokenizer = tokenizer.map { .files($0) }
    self.arguments = arguments
  }

  /// - Parameter name: what reports call it; its own name where it is nil.
  /// - Throws: `InputError` for anything damaged, unsupported or not there.
  package func open(_ place: String, name: String? = nil) throws -> any AskedModel {
    guard ServerAddress.isAddress(place) else {
      return try naming {
        try Subject(path: place, name: name, base: try baseCheckpoint(), hashes: LedgerHashCache.forProcess(ledger))
      }
    }
    let address = try ServerAddress(place, place: place)
    if let known = served[address.description] { return known }
    let subject =
      try writes(place)
      ? ServedSubject(writing: address, arguments: arguments, access, ledger: ledger, tell: tell)
      : ServedSubject(address, tokenizer: tokenizer(of: address, place), access, ledger: ledger, tell: tell)
    served[address.description] = subject
    served[subject.path] = subject
    return subject
  }

  /// The base as files.
  package func baseCheckpoint() throws -> Checkpoint {
    if let checkpoint { return checkpoint }
    let place = try base()
    guard !ServerAddress.isAddress(place) else {
      throw InputError(
        configuration?.file ?? "--config", field: "base",
        "is a model that a server holds, and an adapter's files sit on files",
        remedy: "serve the adapter and give its address as candidate, or name the base's files")
    }
    let opened = try naming { try Checkpoint.open(place) }
    checkpoint = opened
    return opened
  }

  private var ofBase: ServedReference? {
    if case .served(let reference)? = configuration?.base { reference } else { nil }
  }

  /// What the configuration says of the model at an address.
  private func reference(of place: String) -> ServedReference? {
    if let ofBase, ofBase.address == place { return ofBase }
    return configuration?.candidate.flatMap {
      $0.address.split(separator: "#").first == place.split(separator: "#").first ? $0 : nil
    }
  }

  /// Whether a model is asked for text alone, as its base is where nothing else is said.
  private func writes(_ place: String) throws -> Bool {
    let base = ofBase?.writes ?? false
    let own = reference(of: place)?.writes ?? base
    guard own == base || ofBase == nil else {
      throw InputError(
        configuration?.file ?? "--config", field: "candidate.answers",
        "is \(own ? "written" : "scored"), and base.answers is \(base ? "written" : "scored")",
        remedy: "ask both alike: write one word in both places")
    }
    return own
  }

  private func tokenizer(of address: ServerAddress, _ place: String) throws -> TokenizerPlace {
    // A candidate is asked with the tokenizer of its base, which the self-test compares with the server's.
    if let path = reference(of: place)?.tokenizer ?? ofBase?.tokenizer {
      return TokenizerPlace(path)
    }
    if let usualTokenizer { return usualTokenizer }
    let found = try TokenizerSearch().find(address, access)
    if ofBase?.address == place { usualTokenizer = found }
    if case .files(let path) = found {
      tell("\(address): its tokenizer is taken from \(path), the files that the server says it was started with")
    }
    return found
  }

  private func naming<Value>(_ body: () throws -> Value) throws -> Value {
    try configuration.map { try $0.naming(body) } ?? body()
  }
}

extension TokenizerPlace {
  /// As a configuration has it.
  fileprivate init(_ word: String) { self = word == ServedReference.serversTokenizer ? .server : .files(word) }
}

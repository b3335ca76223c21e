import Diagnostics
import Reading

/// What the components of a tokenizer.json have in common: a type, and a `Sequence` of others of their kind.
extension JSONFile {
  func type() throws -> String { try required("type", try string("type")) }

  /// A component's parts where it is a `Sequence` that lists them under `key`; otherwise itself.
  func sequence(_ key: String) throws -> [JSONFile] {
    guard try type() == "Sequence" else { return [self] }
    return try required(key, try objects(key)).flatMap { try $0.sequence(key) }
  }

  /// The refusal of a component that is not among the supported ones.
  func unsupported(_ what: ShownText, _ supported: ShownText) throws -> InputError {
    let name: ShownText = (try? type()).map { " '\($0)'" } ?? ""
    return error("type", "the \(what)\(name) is not supported in this place", remedy: "supported are \(supported)")
  }
}

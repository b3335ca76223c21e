import Foundation
import Gating
import Suites

/// A baseline that a survey found.
package struct FoundBaseline: Sendable, Hashable {
  package let path: String
  package let model: ModelDescription
  package let suite: SuiteIdentity
  /// How its model was asked.
  package let form: PromptForm

  /// Nil for what is no baseline of this program's version.
  ///
  /// - Parameter head: the file's first bytes. `Baseline.encoded` gives each of these keys a line of its own, before tasks and scores.
  init?(path: String, head: [UInt8]) {
    guard head.first == UInt8(ascii: "{") else { return nil }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\n")
    func value<Value: Decodable>(_ key: String, _ type: Value.Type) -> Value? {
      let start = "  \"\(key)\": "
      guard var text = lines.first(where: { $0.hasPrefix(start) })?.dropFirst(start.count) else { return nil }
      if text.hasSuffix(",") { text.removeLast() }
      return try? JSONDecoder().decode(type, from: Data(text.utf8))
    }
    guard value("schema_version", Int.self) == Baseline.schemaVersion,
      let model = value("model", ModelDescription.self), let suite = value("suite", SuiteIdentity.self)
    else { return nil }
    (self.path, self.model, self.suite) = (path, model, suite)
    form = value("chat", ChatDescription.self)?.form ?? .raw
  }
}

import Reading

/// A suite that a survey found.
package struct FoundSuite: Sendable, Hashable {
  package let path: String
  /// As its suite.yaml says it, else its folder's name.
  package let name: String

  /// - Parameter head: suite.yaml's first bytes.
  init(path: String, head: [UInt8]) {
    self.path = path
    let fields = try? YAMLMapping(text: String(decoding: head, as: UTF8.self), file: path, known: nil)
    name = (try? fields?.text("suite")) ?? path.split(separator: "/").last.map(String.init) ?? path
  }
}

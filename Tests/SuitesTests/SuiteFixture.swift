import Foundation
import Suites

/// The repository's root, from this file's place in it.
let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The committed smoke suite.
let smokeSuite = repository.appendingPathComponent("suites/smoke").path

/// A suite folder in the temporary directory, removed with the value.
final class SuiteFolder {
  let path: String

  init(suite: String = "suite: made\nversion: 1\nseed: 7\ndescription: a test\n") throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("suite-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write("suite.yaml", suite)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
  }

  /// Writes a task whose YAML is the usual one but for `changes`: a key's new line, or nil to leave the key out.
  func task(_ name: String = "echo", items: [String], changes: [String: String?] = [:]) throws {
    var lines = [
      ("task", name), ("family", "made"), ("version", "1"), ("items", "\(name).jsonl"),
      ("template", #""Q: {input}\nA:""#), ("answer_prefix", #"" ""#), ("separator", #""\n\n""#), ("stop", #""\n""#),
      ("shots", "[0, 1, 4]"), ("block", "8"), ("pool", "16"), ("conditions", "[gold]"), ("source", "made"),
      ("licence", "CC0-1.0"),
    ]
    for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
      lines.removeAll { $0.0 == key }
      if let value { lines.append((key, value)) }
    }
    try write("\(name).yaml", lines.map { "\($0.0): \($0.1)\n" }.joined())
    try write("\(name).jsonl", items.map { $0 + "\n" }.joined())
  }
}

/// `count` lines of distinct items, from number `start`; labels, where given, take turns as answers.
func itemLines(_ count: Int, from start: Int = 0, labels: [String]? = nil) -> [String] {
  (start..<start + count).map { number in
    let output = labels.map { $0[number % $0.count] } ?? "answer \(number)"
    let choices = labels.map { "[\($0.map { "\"\($0)\"" }.joined(separator: ", "))]" } ?? "null"
    return #"{"id": "item-\#(number)", "input": "question \#(number)", "output": "\#(output)", "aliases": [], "#
      + #""choices": \#(choices)}"#
  }
}

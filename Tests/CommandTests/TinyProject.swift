import Foundation

extension TemporaryFolder {
  /// A folder as a user of the gate has it: `holdfast.yaml` with the tiny model as its base, and a suite of two tasks.
  static func project(base: String = golden("checkpoints/llama-tied"), items: Int = 32) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.writeConfiguration(base: base, suite: "suite")
    try folder.write("suite/suite.yaml", "suite: tiny\nversion: 1\nseed: 7\ndescription: for tests\n")
    try folder.writeTask("echo", family: "copying", items: items)
    try folder.writeTask("answer", family: "facts", items: items)
    return folder
  }

  /// The same with a baseline that says the tiny model, which knows nothing, once answered everything after a
  /// demonstration: so that every candidate can be judged.
  static func projectThatOnceKnew() throws -> TemporaryFolder {
    let folder = try project(items: 64)
    guard try holdfast("baseline", "save", in: folder).status == 0 else { throw CocoaError(.fileWriteUnknown) }
    try folder.sayThatTheBaseOnceKnew(baseline: "baseline.json")
    return folder
  }

  /// What every gate of so small a suite says.
  static let hardlyPasses =
    "holdfast: so few questions let even a candidate that lost nothing hardly PASS: read a larger share, or ask suites/core"

  /// Rewrites a baseline's scores: everything was answered after a demonstration, and every task is admitted.
  func sayThatTheBaseOnceKnew(baseline: String) throws {
    let lines = try read(baseline).split(separator: "\n").map { line in
      let isFewShot = line.contains("\"k\":1,") || line.contains("\"k\":4,")
      return line.replacing("\"exact_match\":0", with: "\"exact_match\":\(isFewShot ? 1 : 0)")
        .replacing("\"admitted\":false", with: "\"admitted\":true")
        .replacing(/"reason":"[^"]*"/, with: "\"reason\":null")
    }
    try write(baseline, lines.joined(separator: "\n") + "\n")
  }

  func writeConfiguration(base: String, suite: String, more: String = "") throws {
    try write(
      "holdfast.yaml",
      """
      base: \(base)
      baseline: baseline.json
      suites: [\(suite)]
      ledger: ledger.sqlite
      reports: reports
      \(more)
      """)
  }

  /// A task of `items` items after a pool of 16.
  func writeTask(_ name: String, family: String, items: Int) throws {
    try write(
      "suite/\(name).yaml",
      #"""
      task: \#(name)
      family: \#(family)
      version: 1
      items: \#(name).jsonl
      template: "Q: {input}\nA:"
      answer_prefix: " "
      separator: "\n\n"
      stop: "\n"
      shots: [0, 1, 4]
      block: 4
      pool: 16
      conditions: [gold]
      source: made for tests
      licence: CC0-1.0

      """#)
    let lines = (0..<16 + items).map { number in
      #"{"id": "\#(name)-\#(number)", "input": "\#(name) \#(number)", "output": "word \#(number)"}"# + "\n"
    }
    try write("suite/\(name).jsonl", lines.joined())
  }
}

/// The real model, where it has been fetched.
enum SmolLM2 {
  static let path: String? = {
    let folders: [String?] = [
      ProcessInfo.processInfo.environment["HOLDFAST_MODELS"], repository.appendingPathComponent("models").path,
    ]
    return folders.compactMap { $0.map { "\($0)/smollm2-135m-instruct.gguf" } }
      .first { FileManager.default.fileExists(atPath: $0) }
  }()

  static let isFetched = path != nil

  /// A folder with `holdfast.yaml` for the real model and the smoke suite.
  static func project() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.writeConfiguration(base: path ?? "", suite: repository.appendingPathComponent("suites/smoke").path)
    return folder
  }
}

/// The line of standard input that asks one short question.
let oneRequest = #"{"context": "Hello", "continuation": " world"}"# + "\n"

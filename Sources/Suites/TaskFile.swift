import Diagnostics
import Foundation

extension TaskDefinition {
  static let keys = [
    "task", "family", "version", "items", "template", "answer_prefix", "separator", "stop", "shots", "block", "pool",
    "closed", "conditions", "source", "licence",
  ]

  /// Reads a task's YAML file and the items file beside it; says nothing yet about what they contain (see `faults`).
  ///
  /// - Throws: `InputError` where a file cannot be read, a key is missing, unknown or of the wrong type, or a line is
  ///   not an item.
  static func read(_ file: String) throws -> TaskDefinition {
    let fields = try YAMLFields(file: file, known: keys)
    return TaskDefinition(
      name: try fields.text("task"),
      family: try fields.text("family"),
      version: try fields.integer("version", in: 1...1_000_000),
      template: try fields.text("template"),
      answerPrefix: try fields.text("answer_prefix"),
      separator: try fields.text("separator"),
      stop: try fields.text("stop"),
      shots: try shots(fields),
      blockSize: try fields.integer("block", in: 1...1024),
      pool: try pool(fields),
      conditions: try conditions(fields),
      source: try fields.text("source"),
      licence: try fields.text("licence"),
      items: try ItemsFile.read(try itemsPath(fields)),
      file: file)
  }

  private static func shots(_ fields: YAMLFields) throws -> [Int] {
    let shots = try fields.integers("shots", in: 0...1024)
    guard !shots.isEmpty, zip(shots, shots.dropFirst()).allSatisfy(<) else {
      throw InputError(
        fields.file, field: "shots", "is not an ascending list", remedy: "write a list such as [0, 1, 4, 8]")
    }
    return shots
  }

  private static func pool(_ fields: YAMLFields) throws -> PoolRule {
    switch (fields.has("pool"), fields.has("closed")) {
    case (true, false): .first(try fields.integer("pool", in: 0...1_000_000))
    case (false, true): .closed(try fields.integer("closed", in: 1...1_000_000))
    case (true, true):
      throw InputError(
        fields.file, field: "closed", "stands beside 'pool'",
        remedy: "keep 'pool' (lines for demonstrations only) or 'closed' (lines of a closed class)")
    case (false, false):
      throw InputError(
        fields.file, field: "pool", "is missing",
        remedy: "add 'pool: N' (the first N lines are demonstrations only) or 'closed: N' (a closed class of N)")
    }
  }

  private static func conditions(_ fields: YAMLFields) throws -> [Condition] {
    let names = try fields.texts("conditions")
    guard !names.isEmpty, Set(names).count == names.count else {
      throw InputError(
        fields.file, field: "conditions", "is empty or names one twice", remedy: "write conditions: [gold]")
    }
    return try names.map { name in
      guard let condition = Condition(rawValue: name) else {
        let nearest = nearestKey(to: name, among: [Condition.gold.rawValue])
        throw InputError(
          fields.file, field: "conditions", "'\(name)' is not a condition",
          remedy: nearest.map { "did you mean '\($0)'?" } ?? "write conditions: [gold]")
      }
      guard condition == .gold else {
        throw InputError(
          fields.file, field: "conditions", "'\(name)' is a control, which gate --diagnose asks of every task",
          remedy: "write conditions: [gold]")
      }
      return condition
    }
  }

  /// The items file stands beside the task file: a suite is one folder, and a task file must not read others.
  private static func itemsPath(_ fields: YAMLFields) throws -> String {
    let name = try fields.text("items")
    guard !name.contains("/"), name != "..", name != ".", !name.contains("\0") else {
      throw InputError(
        fields.file, field: "items", "'\(name)' is not the name of a file in the same folder",
        remedy: "move the items file beside the task file and give its name")
    }
    let path = URL(fileURLWithPath: fields.file).deletingLastPathComponent().appendingPathComponent(name).relativePath
    guard FileManager.default.fileExists(atPath: path) else {
      throw InputError(
        fields.file, field: "items", "'\(name)' is not in the folder", remedy: "add the items file or correct its name")
    }
    return path
  }
}

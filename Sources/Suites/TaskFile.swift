import Diagnostics
import Foundation
import Reading

extension TaskDefinition {
  static let keys = [
    "task", "family", "version", "items", "template", "answer_prefix", "separator", "stop", "shots", "block", "pool",
    "closed", "conditions", "source", "licence", "instruction", "chat",
  ]

  /// Reads a task's YAML file and the items file beside it; says nothing yet about what they contain (see `faults`).
  ///
  /// - Throws: `InputError` where a file cannot be read, a key is missing, unknown or of the wrong type, or a line is
  ///   not an item.
  static func read(_ file: String) throws -> TaskDefinition {
    let fields = try YAMLMapping(file: file, known: keys)
    func text(_ key: String) throws -> String { try fields.required(key, try fields.text(key, mayBeEmpty: true)) }
    return TaskDefinition(
      name: try text("task"),
      family: try text("family"),
      version: try fields.required("version", try fields.integer("version", in: 1...1_000_000)),
      template: try text("template"),
      answerPrefix: try text("answer_prefix"),
      separator: try text("separator"),
      stop: try text("stop"),
      shots: try shots(fields),
      blockSize: try fields.required("block", try fields.integer("block", in: 1...1024)),
      pool: try pool(fields),
      conditions: try conditions(fields),
      source: try text("source"),
      licence: try text("licence"),
      items: try ItemsFile.read(try itemsPath(fields)),
      file: file,
      instruction: try fields.text("instruction"),
      chat: try chat(fields))
  }

  private static func chat(_ fields: YAMLMapping) throws -> TaskChat {
    let section = try fields.sectionOrEmpty("chat", known: ["system", "prefill"])
    let prefill = try section.text("prefill")
    if let prefill, prefill != prefill.stripped(.end) {
      throw section.error(
        "prefill", "ends in white space, which many chat templates cut off",
        remedy: "leave it out: answer_prefix stands behind the prefill")
    }
    return TaskChat(system: try section.text("system"), prefill: prefill)
  }

  private static func shots(_ fields: YAMLMapping) throws -> [Int] {
    let shots = try fields.required("shots", try fields.integers("shots", in: 0...1024))
    guard zip(shots, shots.dropFirst()).allSatisfy(<) else {
      throw fields.error("shots", "is not an ascending list", remedy: "write a list such as [0, 1, 4, 8]")
    }
    return shots
  }

  private static func pool(_ fields: YAMLMapping) throws -> PoolRule {
    switch try (fields.integer("pool", in: 0...1_000_000), fields.integer("closed", in: 1...1_000_000)) {
    case (let pool?, nil): return .first(pool)
    case (nil, let closed?): return .closed(closed)
    case (_?, _?):
      throw fields.error(
        "closed", "stands beside 'pool'",
        remedy: "keep 'pool' (lines for demonstrations only) or 'closed' (lines of a closed class)")
    case (nil, nil):
      throw fields.error(
        "pool", "is missing",
        remedy: "add 'pool: N' (the first N lines are demonstrations only) or 'closed: N' (a closed class of N)")
    }
  }

  private static func conditions(_ fields: YAMLMapping) throws -> [Condition] {
    let names = try fields.required("conditions", try fields.texts("conditions"))
    guard Set(names).count == names.count else {
      throw fields.error("conditions", "names one twice", remedy: "write conditions: [gold]")
    }
    return try names.map { name in
      guard let condition = Condition(rawValue: name) else {
        let nearest = nearestKey(to: name, among: [Condition.gold.rawValue])
        throw fields.error(
          "conditions", "'\(name)' is not a condition",
          remedy: nearest.map { "did you mean '\($0)'?" } ?? "write conditions: [gold]")
      }
      guard condition == .gold else {
        throw fields.error(
          "conditions", "'\(name)' is a control, which gate --diagnose asks of every task",
          remedy: "write conditions: [gold]")
      }
      return condition
    }
  }

  /// The items file stands beside the task file: a suite is one folder, and a task file must not read others.
  private static func itemsPath(_ fields: YAMLMapping) throws -> String {
    let name = try fields.required("items", try fields.text("items"))
    guard !name.contains("/"), name != "..", name != ".", !name.contains("\0") else {
      throw fields.error(
        "items", "'\(name)' is not the name of a file in the same folder",
        remedy: "move the items file beside the task file and give its name")
    }
    let path = URL(fileURLWithPath: fields.file).deletingLastPathComponent().appendingPathComponent(name).relativePath
    guard FileManager.default.fileExists(atPath: path) else {
      throw fields.error(
        "items", "'\(name)' is not in the folder", remedy: "add the items file or correct its name")
    }
    return path
  }
}

import Foundation
import Overlap
import Suites

/// A task in memory: 4 demonstrations, then what is asked.
func task(
  _ name: String = "made", template: String = "Q: {input}\nA:", pool: PoolRule = .first(0), items: [Item]
) -> TaskDefinition {
  TaskDefinition(
    name: name, family: "made", version: 1, template: template, answerPrefix: " ", separator: "\n\n", stop: "\n",
    shots: [0, 1], blockSize: 8, pool: pool, conditions: [.gold], source: "made", licence: "CC0-1.0", items: items,
    file: "\(name).yaml")
}

func item(_ id: String, _ input: String, _ output: String, aliases: [String] = [], choices: [String]? = nil) -> Item {
  Item(id: id, input: input, output: output, aliases: aliases, choices: choices)
}

func suite(_ tasks: TaskDefinition...) -> Suite {
  Suite(name: "made", version: 1, seed: 1, description: "", tasks: tasks, path: "made")
}

/// Short and long items, in one task.
let verbs = suite(
  task(
    items: [
      item("go", "go", "went"), item("take", "take", "took", aliases: ["taken"]), item("sing", "sing", "sang"),
      item("film", "The sequel is even better than the brilliant first film.", "positive"),
      item("app", "this app crashes constantly", "negative"),
    ]))

/// Data files in a folder of their own, removed with the value.
final class DataFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("overlap-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws -> String { try write(name, Data(text.utf8)) }

  func write(_ name: String, _ bytes: Data) throws -> String {
    let file = "\(path)/\(name)"
    try bytes.write(to: URL(fileURLWithPath: file))
    return file
  }
}

/// Scans one file of this content.
func scan(_ suite: Suite, _ name: String, _ text: String, threads: Int = 1) throws -> OverlapReport {
  let folder = try DataFolder()
  return try OverlapScan(suite: suite, files: [try folder.write(name, text)], threads: threads).run()
}

/// One record with a question and its answer.
func pair(_ prompt: String, _ completion: String) throws -> String {
  let data = try JSONSerialization.data(withJSONObject: ["prompt": prompt, "completion": completion])
  return String(decoding: data, as: UTF8.self) + "\n"
}

extension OverlapReport {
  func of(_ check: OverlapCheck) -> [OverlapFinding] { findings.filter { $0.check == check } }

  /// Ids of the contaminated items of the only task.
  var contaminated: [String] { tasks.first?.contaminated ?? [] }
}

/// What Tests/Goldens/overlap/make_goldens.py computed.
struct Goldens: Decodable {
  struct Equal: Decodable {
    let item: String
    let data: String
    let equal: Bool
  }
  struct Run: Decodable {
    let item: String
    let data: String
    let words: Int
    let longest: Int
  }
  struct Near: Decodable {
    let item: String
    let data: String
    let jaccard: Double
  }
  struct Template: Decodable {
    let suite: String
    let before: String
    let after: String
    let jaccard: Double
  }

  let equal: [Equal]
  let runs: [Run]
  let near: [Near]
  let templates: [Template]

  static func load() throws -> Goldens {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Goldens/overlap/goldens.json")
    return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
  }
}

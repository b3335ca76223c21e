import Checkpoints
import Diagnostics
import Foundation
import Testing
import Tokenizers
import Training

let testsFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
let repositoryFolder = testsFolder.deletingLastPathComponent()

func tinyCheckpoint() throws -> Checkpoint {
  try Checkpoint.open(testsFolder.appendingPathComponent("Goldens/checkpoints/llama-tied").path)
}

func familyCheckpoint(_ name: String) throws -> Checkpoint {
  try Checkpoint.open(testsFolder.appendingPathComponent("Goldens/families/\(name)").path)
}

func tinyTokenizer() throws -> Tokenizer { try Tokenizer(try tinyCheckpoint().tokenizer) }

/// A folder with a recipe and its data, removed with its owner.
final class RecipeFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("recipe-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  /// `count` samples, each with a prompt of its own.
  func writeTask(_ count: Int = 40) throws {
    let lines = (0..<count).map { #"{"prompt": "Item \#($0):", "completion": " \#($0 % 2 == 0 ? "yes" : "no")"}"# }
    try write("train.jsonl", lines.joined(separator: "\n") + "\n")
  }

  func writePool(tasks: Int = 3, items: Int = 8) throws {
    var yaml = "tasks:\n"
    for task in 0..<tasks {
      yaml += "  - {task: t\(task), items: t\(task).jsonl, template: \"Q: {input}\\nA:\"}\n"
      let lines = (0..<items).map { #"{"input": "in \#(task) \#($0)", "output": "out \#($0)"}"# }
      try write("t\(task).jsonl", lines.joined(separator: "\n"))
    }
    try write("pool.yaml", yaml)
  }

  func recipe(_ more: String = "", method: String = "full", length: String = "steps: 10") throws -> Recipe {
    try Recipe.read(
      try write(
        "recipe.yaml",
        "recipe: r\ndata: {train: train.jsonl}\nmethod: \(method)\nlearning_rate: 1e-3\n\(length)\n\(more)\n"))
  }

  func plan(_ more: String = "", length: String = "steps: 10", contextLength: Int = 256) throws -> TrainingPlan {
    try TrainingPlan(
      try recipe(more, length: length), tokenizer: try tinyTokenizer(), contextLength: contextLength,
      vocabularySize: 360)
  }

  /// What the message of the input error is that `body` throws; a failure where it throws none.
  func refusal(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      Issue.record("nothing was refused")
      return ""
    } catch let error as InputError {
      return error.description.replacingOccurrences(of: url.path + "/", with: "")
    } catch {
      Issue.record("not an input error: \(error)")
      return ""
    }
  }
}

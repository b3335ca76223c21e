import Foundation
import Testing

/// Whoever writes to a model while it is in use gets an error, and nothing that was computed from the mixture is kept or shown: what the
/// program says afterwards is what it would have said undisturbed.
@Suite("Files that are written to while they are in use", .serialized)
struct RewriteTests {
  /// Random moments of each command; `HOLDFAST_REWRITES=12` for a thorough look.
  static let moments = Int(ProcessInfo.processInfo.environment["HOLDFAST_REWRITES"] ?? "") ?? 3

  /// A model and the file of it that is written to.
  enum Form: String, CaseIterable, Sendable {
    case safetensors, gguf

    var model: String { self == .gguf ? "model.gguf" : "model" }
    var weights: String { self == .gguf ? model : "model/model.safetensors" }

    func copy(into folder: TemporaryFolder) throws {
      try folder.copy(golden(self == .gguf ? "checkpoints/llama-tied.gguf" : "checkpoints/llama-tied"), as: model)
    }
  }

  @Test("run keeps no score of other weights", arguments: Form.allCases, MeddledFile.Meddling.allCases)
  func run(form: Form, meddling: MeddledFile.Meddling) throws {
    try scoring(["run", "--model", form.model], form, meddling)
  }

  @Test("gate keeps no score of other weights", arguments: Form.allCases, MeddledFile.Meddling.allCases)
  func gate(form: Form, meddling: MeddledFile.Meddling) throws {
    try scoring(["gate", "--candidate", form.model], form, meddling)
  }

  private func scoring(_ command: [String], _ form: Form, _ meddling: MeddledFile.Meddling) throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try form.copy(into: folder)
    func found(_ ledger: String) throws -> (Finished, String) {
      let finished = try Running(command + ["--json", "--ledger", ledger], in: folder).finish()
      let object = try finished.object()
      let kept = object.filter { ["tasks", "mean", "verdict", "exit_code"].contains($0.key) }
      let candidate = ((object["candidates"] as? [[String: Any]])?.first ?? [:]).filter { $0.key == "finding" }
      return (finished, "\(finished.status) \(try text(kept)) \(try text(candidate))")
    }
    let (_, expected) = try found("clean.sqlite")

    try meddle(folder, form, command: { command + ["--ledger", "meddled-\($0).sqlite"] }, meddling) {
      moment, finished in
      if finished.status == 2 { expectComplaint(finished) }
      // What was committed before the meddling is true, and the rest is computed now.
      let again = try found("meddled-\(moment).sqlite").1
      #expect(again == expected)
    }
  }

  @Test("score prints no score of other weights", arguments: Form.allCases, MeddledFile.Meddling.allCases)
  func score(form: Form, meddling: MeddledFile.Meddling) throws {
    let folder = try TemporaryFolder()
    try form.copy(into: folder)
    let lines = (0..<600).map { #"{"context": "number \#($0)", "continuation": " is \#($0 + 1)"}"# }
    try folder.write("requests.jsonl", lines.joined(separator: "\n"))
    let command = ["score", "--model", form.model, "--requests", "requests.jsonl"]
    let expected = try eachOf(folder, form, meddling) { try Running(command, in: folder).finish().out }

    try meddle(folder, form, command: { _ in command }, meddling) { _, finished in
      #expect(expected.contains { $0.hasPrefix(finished.out) })
      if finished.status == 2 { expectComplaint(finished) } else { #expect(expected.contains(finished.out)) }
    }
  }

  @Test("train leaves no checkpoint of other weights", arguments: ["full", "lora"], MeddledFile.Meddling.allCases)
  func train(method: String, meddling: MeddledFile.Meddling) throws {
    let folder = try TemporaryFolder()
    try folder.copy(golden("checkpoints/llama-tied"), as: "model")
    let lines = ["quick", "brown", "lazy", "fox"].map { #"{"prompt": "say \#($0)", "completion": " \#($0)"}"# }
    try folder.write("train.jsonl", lines.joined(separator: "\n"))
    try folder.write(
      "recipe.yaml",
      """
      recipe: \(method)
      base: model
      data: {train: train.jsonl, test: train.jsonl}
      method: \(method)
      learning_rate: 1e-3
      steps: 40
      batch: 2
      checkpoint_every: 8
      \(method == "lora" ? "lora: {r: 4}" : "")
      """)
    func command(_ out: String) -> [String] { ["train", "recipe.yaml", "--out", out, "--ledger", "\(out).sqlite"] }
    let file = method == "lora" ? "adapter_model.safetensors" : "model.safetensors"
    func written(_ out: String) throws -> [Data?] {
      let contents = try folder.contents()
      return stride(from: 8, through: 40, by: 8).map { contents["\(out)/checkpoint-\($0)/\(file)"] ?? nil }
    }
    var count = 0
    let expected = try eachOf(folder, .safetensors, meddling) {
      count += 1
      _ = try Running(command("clean-\(count)"), in: folder).finish()
      return try written("clean-\(count)")
    }
    #expect(expected[0].allSatisfy { $0 != nil })

    try meddle(folder, .safetensors, command: { command("out-\($0)") }, meddling) { moment, finished in
      if finished.status == 2 { expectComplaint(finished) }
      let found = try written("out-\(moment)")
      #expect(expected.contains { one in zip(one, found).allSatisfy { $1 == nil || $0 == $1 } })
      let left = try folder.contents()
      #expect(left.keys.allSatisfy { !$0.contains(".partial") })
    }
  }

  @Test("repair writes nothing that lies between other weights", arguments: MeddledFile.Meddling.allCases)
  func repair(meddling: MeddledFile.Meddling) throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try folder.copy(golden("checkpoints/llama-tied"), as: "model")
    try folder.write("test.jsonl", #"{"prompt": "say fox", "completion": " fox"}"#)
    func command(_ out: String) -> [String] {
      [
        "repair", "--candidate", "model", "--data", "test.jsonl", "--out", out, "--json", "--ledger", "\(out).sqlite",
      ]
    }
    let clean = try Running(command("clean"), in: folder).finish()
    let expected = try folder.contents().filter { $0.key.hasPrefix("clean/") }

    try meddle(folder, .safetensors, command: { command("out-\($0)") }, meddling) { moment, finished in
      if finished.status == 2 { return expectComplaint(finished) }
      #expect(finished.status == clean.status)
      let written = try folder.contents().filter { $0.key.hasPrefix("out-\(moment)/") }
      #expect(written.count == expected.count)
    }
  }

  /// What is found with the weights as they are, and as they are afterwards where whoever comes late may find them whole.
  private func eachOf<Found>(
    _ folder: TemporaryFolder, _ form: Form, _ meddling: MeddledFile.Meddling, _ find: () throws -> Found
  ) throws -> [Found] {
    let first = try find()
    guard meddling == .rewritten else { return [first] }
    let file = try MeddledFile(folder, form.weights)
    try file.meddle(.rewritten)
    let second = try find()
    try file.restore()
    return [first, second]
  }

  /// Runs a command, meddles with the weights at random moments of the time that it takes, and puts them back before `check`.
  private func meddle(
    _ folder: TemporaryFolder, _ form: Form, command: (Int) -> [String], _ meddling: MeddledFile.Meddling,
    check: (Int, Finished) throws -> Void
  ) throws {
    let file = try MeddledFile(folder, form.weights)
    let clock = ContinuousClock()
    let begun = clock.now
    _ = try Running(command(-1), in: folder).finish()
    let whole = (clock.now - begun) / .seconds(1)
    var generator = SeededGenerator(state: 5)
    for moment in 0..<Self.moments {
      let running = try Running(command(moment), in: folder)
      Thread.sleep(forTimeInterval: whole * Double.random(in: 0.05...0.95, using: &generator))
      try file.meddle(meddling)
      let finished = try running.finish()
      try file.restore()
      #expect([0, 1, 2, 3].contains(finished.status), "\(finished.status): \(finished.err)")
      try check(moment, finished)
    }
  }

  /// One line that names a file and what to do, and neither a verdict nor a backtrace.
  private func expectComplaint(_ finished: Finished) {
    let errors = finished.complaints.filter { $0.hasPrefix("holdfast: error: ") }
    #expect(errors.count == 1, "\(finished.err)")
    #expect(!finished.err.contains("Fatal") && !finished.err.contains("Crash"), "\(finished.err)")
  }

  private func text(_ object: [String: Any]) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
  }
}

import Checkpoints
import Diagnostics
import Foundation
import Testing
import Tokenizers
import Training

@Suite("Training runs")
struct TrainerTests {
  @Test(
    "a run that is stopped and resumed ends with the same weights, bit for bit",
    arguments: ["method: full", "method: lora\nlora: {r: 4, dropout: 0.2}", "method: value-only"])
  func resume(method: String) throws {
    let project = try TrainingProject(method: method)
    let whole = try project.trainer()
    try whole.run { _ in }

    let first = try project.trainer()
    let state = project.folder.appendingPathComponent("state").path
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try first.run { report in
        guard report.step == 3 else { return }
        try first.writeState(to: state)
        throw Stop()
      }
    }
    let second = try project.trainer()
    try second.resume(from: state)
    #expect(second.step == 3)
    try second.run { _ in }
    #expect(project.bits(second) == project.bits(whole))
  }

  @Test("the loss falls on a task that can be learnt; the same seed gives the same bits, another seed others")
  func learns() throws {
    let project = try TrainingProject(method: "method: full", steps: 30)
    var losses: [Double] = []
    let trainer = try project.trainer()
    try trainer.run { losses.append($0.loss) }
    #expect(losses.count == 30)
    let before = losses.prefix(5).reduce(0, +)
    let after = losses.suffix(5).reduce(0, +)
    #expect(after < before / 2)
    let again = try project.trainer()
    try again.run { _ in }
    #expect(project.bits(again) == project.bits(trainer))
    let other = try TrainingProject(method: "method: full", steps: 30, seed: 2).trainer()
    try other.run { _ in }
    #expect(project.bits(other) != project.bits(trainer))
  }

  @Test("value-only moves the value projections and nothing else")
  func valueOnly() throws {
    let project = try TrainingProject(method: "method: value-only")
    let trainer = try project.trainer()
    let names = Set(trainer.decoder.parameters.trained.map(\.slot.name))
    #expect(!names.isEmpty && names.allSatisfy { $0.hasSuffix("v_proj.weight") })
  }

  @Test(
    "the preservation term composes with full, lora and value-only, is 0 before the first step and reported",
    arguments: ["method: full", "method: lora\nlora: {r: 4, dropout: 0}", "method: value-only"])
  func preserve(method: String) throws {
    let project = try TrainingProject(
      method: method, extra: "preserve: {lambda: 1, pool: pool.yaml, shots: [1, 2], prompts: 2}")
    let trainer = try project.trainer()
    var terms: [Double] = []
    try trainer.run { terms.append($0.preservation ?? .nan) }
    #expect(abs(terms[0]) < 1e-8)
    #expect(terms.dropFirst().allSatisfy { $0.isFinite && $0 >= 0 })
    #expect(terms.last.map { $0 > 0 } == true)
  }

  @Test("a loss that is no number ends the run with the step named, before the weights are touched")
  func divergence() throws {
    let trainer = try TrainingProject(method: "method: full").trainer()
    let untouched = trainer.decoder.parameters.copy("model.embed_tokens.weight")
    let norm = try #require(trainer.decoder.parameters.value("model.norm.weight"))
    norm[0] = .infinity
    let error = #expect(throws: TrainingDiverged.self) { try trainer.run { _ in } }
    #expect(error?.step == 1)
    #expect(error?.fault.field == "step 1")
    #expect(error?.fault.problem.contains("diverged") == true)
    #expect(trainer.decoder.parameters.copy("model.embed_tokens.weight") == untouched)
  }

  @Test("a state of another recipe, another seed, another rate or other data is refused")
  func otherState() throws {
    let project = try TrainingProject(method: "method: full")
    let state = project.folder.appendingPathComponent("state").path
    try project.trainer().writeState(to: state)
    try project.trainer().resume(from: state)
    let other = try TrainingProject(method: "method: full", steps: 9).trainer()
    #expect(throws: InputError.self) { try other.resume(from: state) }
    for edited in [
      try TrainingProject(method: "method: full", seed: 2),
      try TrainingProject(method: "method: full", extra: "l2sp: 1"),
      try TrainingProject(method: "method: full", words: ["another", "set", "of", "words", "than", "before"]),
    ] {
      let error = #expect(throws: InputError.self) { try edited.trainer().resume(from: state) }
      #expect(error?.problem.contains("another seed, or other data") == true)
    }
    #expect(throws: InputError.self) { try other.resume(from: project.folder.path) }
  }
}

/// A recipe on the tiny checkpoint, in a temporary folder that goes with it.
final class TrainingProject {
  let folder: URL
  private let checkpoint: Checkpoint
  private let recipe: Recipe

  init(
    method: String, steps: Int = 6, seed: Int = 1, extra: String = "",
    words: [String] = ["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog"]
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-train-\(UUID().uuidString)")
    self.folder = folder
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let lines = words.enumerated().map { index, word in
      #"{"prompt": "say \#(word)", "completion": " \#(index.isMultiple(of: 2) ? "even" : "odd")"}"#
    }
    try Self.write(folder, "train.jsonl", lines.joined(separator: "\n"))
    let pool = (0..<8).map { #"{"input": "n\#($0)", "output": "m\#($0)"}"# }
    try Self.write(folder, "pool.jsonl", pool.joined(separator: "\n"))
    try Self.write(
      folder, "pool.yaml",
      """
      tasks:
        - task: letters
          items: pool.jsonl
          template: "Q: {input}\\nA:"
          answer_prefix: " "
          separator: "\\n\\n"
          source: made by the test
          licence: CC0-1.0
      """)
    try Self.write(
      folder, "recipe.yaml",
      """
      recipe: test
      data:
        train: train.jsonl
        test: train.jsonl
      \(method)
      learning_rate: 1e-2
      steps: \(steps)
      batch: 4
      accumulate: 2
      seed: \(seed)
      \(extra)
      """)
    let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Goldens/checkpoints/llama-tied")
    checkpoint = try Checkpoint.open(goldens.path)
    recipe = try Recipe.read(folder.appendingPathComponent("recipe.yaml").path)
  }

  private static func write(_ folder: URL, _ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func plan() throws -> TrainingPlan {
    try TrainingPlan(
      recipe, tokenizer: try Tokenizer(checkpoint.tokenizer), contextLength: checkpoint.configuration.contextLength,
      vocabularySize: checkpoint.configuration.vocabularySize)
  }

  /// With the texts that the base wrote.
  func replayPlan(threads: Int = 2) throws -> TrainingPlan {
    var plan = try plan()
    try plan.sampleReplay(from: checkpoint, guarded: GuardedTexts([]), threads: threads)
    return plan
  }

  func trainer(_ plan: TrainingPlan? = nil, leakPrompts: [[Int32]] = []) throws -> Trainer {
    try Trainer(
      recipe, plan: try plan ?? self.plan(), checkpoint: checkpoint, leakPrompts: leakPrompts, threads: 2)
  }

  /// The trained weights, one after another.
  func weights(_ trainer: Trainer) -> [Float] {
    trainer.decoder.parameters.trained.flatMap { trainer.decoder.parameters.copy($0.slot.name) ?? [] }
  }

  /// The weights of a written checkpoint in the order of the trained ones; those whose name has `part` in it alone.
  func written(_ trainer: Trainer, of part: String = "") throws -> [Float] {
    let path = folder.appendingPathComponent("written-\(UUID().uuidString)")
    try trainer.writeCheckpoint(to: path.path, baseName: "tiny")
    let name = trainer.decoder.lowRank == nil ? "model.safetensors" : "adapter_model.safetensors"
    let file = try SafetensorsFile(path.appendingPathComponent(name))
    return try trainer.decoder.parameters.trained.map(\.slot.name).filter { part.isEmpty || $0.contains(part) }.flatMap
    {
      slot in
      let tensor = try #require(file.tensors[slot] ?? file.tensors["base_model.model.\(slot)"], "\(slot)")
      return tensor.decodeAll()
    }
  }

  func bits(_ trainer: Trainer) -> [UInt32] {
    trainer.decoder.parameters.trained.flatMap { trainer.decoder.parameters.copy($0.slot.name) ?? [] }.map(\.bitPattern)
  }
}

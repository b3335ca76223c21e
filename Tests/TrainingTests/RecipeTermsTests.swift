import Diagnostics
import Foundation
import Suites
import Testing
import Training
import Transformer

private let methods = ["method: full", "method: lora\nlora: {r: 4, dropout: 0}", "method: value-only"]

@Suite("What a recipe adds to a run")
struct RecipeTermsTests {
  @Test("every mix composes with full, lora and value-only", arguments: methods)
  func mixes(method: String) throws {
    for mix in [
      "general: {share: 0.25, data: train.jsonl}", "icl: {share: 0.25, pool: pool.yaml, shots: [1, 2]}",
      "icl-same-task: {share: 0.25, window: 2}",
    ] {
      let trainer = try TrainingProject(method: method, extra: "mix:\n  \(mix)").trainer()
      var losses: [Double] = []
      try trainer.run { losses.append($0.loss) }
      #expect(losses.count == 6 && losses.allSatisfy { $0.isFinite && $0 > 0 }, "\(mix)")
    }
  }

  @Test(
    "replayed texts compose with full, lora and value-only: the base's own, the same for a seed", arguments: methods)
  func replay(method: String) throws {
    let extra = "mix: {replay: {share: 0.25, count: 6, max_tokens: 8}}"
    let project = try TrainingProject(method: method, extra: extra)
    let plan = try project.replayPlan()
    #expect(plan.replaySamples.count == 6)
    #expect(plan.replaySamples.allSatisfy { $0.kind == .replay && $0.scored.count <= 8 && $0.scored.first == 1 })
    #expect(try project.replayPlan(threads: 1).replaySamples == plan.replaySamples)
    #expect(try plan.batch(step: 0).count { $0.kind == .replay } == 2)
    let trainer = try project.trainer(plan)
    var losses: [Double] = []
    try trainer.run { losses.append($0.loss) }
    #expect(losses.count == 6 && losses.allSatisfy { $0.isFinite && $0 > 0 })
    let other = try TrainingProject(method: method, seed: 2, extra: extra).replayPlan()
    #expect(other.replaySamples != plan.replaySamples)
  }

  @Test("a text that a suite's question and answer stand in is not replayed")
  func guardedTexts() throws {
    let suite = try Suite.load(repositoryFolder.appendingPathComponent("suites/smoke").path)
    let task = try #require(suite.tasks.first)
    let item = try #require(task.items.first)
    let question = task.template.replacing("{input}", with: item.input)
    let guarded = GuardedTexts([suite])
    #expect(
      guarded.contains("Once upon a time. \(question.uppercased())\(task.answerPrefix)\(item.output), they said."))
    #expect(!guarded.contains("Once upon a time. \(question), they said."))
    #expect(!guarded.contains(""))
  }

  @Test("kept base probabilities compose with full, lora and value-only, and survive a resumption", arguments: methods)
  func keptPreservation(method: String) throws {
    let project = try TrainingProject(
      method: method, extra: "preserve: {lambda: 1, pool: pool.yaml, shots: [1, 2], prompts: 2, cached_prompts: 3}")
    let whole = try project.trainer()
    var terms: [Double] = []
    let state = project.folder.appendingPathComponent("state").path
    try whole.run { report in
      terms.append(report.preservation ?? .nan)
      if report.step == 2 { try whole.writeState(to: state) }
    }
    #expect(abs(terms[0]) < 1e-6)
    #expect(terms.dropFirst().allSatisfy { $0.isFinite } && terms.contains { $0 > 1e-4 })
    let resumed = try project.trainer()
    try resumed.resume(from: state)
    try resumed.run { _ in }
    #expect(project.bits(resumed) == project.bits(whole))
  }

  @Test("l2sp holds the weights back, the more the larger it is")
  func l2sp() throws {
    func distance(_ extra: String) throws -> Double {
      let project = try TrainingProject(method: "method: full", extra: extra)
      let origin = project.weights(try project.trainer())
      let trainer = try project.trainer()
      try trainer.run { _ in }
      return zip(project.weights(trainer), origin).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    }
    let free = try distance("")
    let held = try distance("l2sp: 1")
    let tight = try distance("l2sp: 100")
    #expect(held < free && tight < held && tight > 0)
  }

  @Test("the first step's gradient has no pull in it: the weights are where they were")
  func l2spAtOrigin() throws {
    var norms: [[Double]] = []
    for extra in ["", "l2sp: 1000"] {
      var run: [Double] = []
      try TrainingProject(method: "method: full", extra: extra).trainer().run { run.append($0.gradientNorm) }
      norms.append(run)
    }
    #expect(norms[0][0] == norms[1][0])
    #expect(norms[0][1] != norms[1][1])
  }

  @Test("interpolate writes weights that lie on the way from base to tuned, and trains on from the tuned ones")
  func interpolate() throws {
    let plain = try TrainingProject(method: "method: full")
    let base = plain.weights(try plain.trainer())
    let tuned = try plain.trainer()
    try tuned.run { _ in }
    let project = try TrainingProject(method: "method: full", extra: "interpolate: 0.25")
    let trainer = try project.trainer()
    try trainer.run { _ in }
    #expect(project.bits(trainer) == plain.bits(tuned))
    let written = try project.written(trainer)
    let expected = zip(base, plain.weights(tuned)).map { $0 + 0.25 * ($1 - $0) }
    #expect(written == expected)
    #expect(project.bits(trainer) == plain.bits(tuned))
  }

  @Test("rescale writes an adapter whose addition is that much smaller")
  func rescale() throws {
    let lora = "method: lora\nlora: {r: 4, dropout: 0}"
    let plain = try TrainingProject(method: lora)
    let tuned = try plain.trainer()
    try tuned.run { _ in }
    let project = try TrainingProject(method: lora, extra: "rescale: 0.5")
    let trainer = try project.trainer()
    try trainer.run { _ in }
    let expected = try plain.written(tuned, of: "lora_B").map { $0 / 2 }
    #expect(try project.written(trainer, of: "lora_B") == expected)
    #expect(try project.written(trainer, of: "lora_A") == plain.written(tuned, of: "lora_A"))
  }

  @Test(
    "promot: the soft prompt learns first and then stays; what is written has no prompt; a resumed run has the same bits"
  )
  func promot() throws {
    let project = try TrainingProject(
      method: "method: full", extra: "promot: {length: 4, steps: 20, learning_rate: 0.05}")
    let whole = try project.trainer()
    let state = project.folder.appendingPathComponent("state").path
    var prompts: [[Float]] = []
    var losses: [Double] = []
    try whole.run { report in
      losses.append(report.loss)
      prompts.append(try #require(whole.decoder.parameters.copy(TrainableDecoder.softPromptName)))
      if report.step == 3 { try whole.writeState(to: state) }
    }
    #expect(prompts[0].contains { $0 != 0 })
    #expect(prompts.allSatisfy { $0 == prompts[0] })
    // The first stage has done part of the work already.
    var plain: [Double] = []
    try TrainingProject(method: "method: full").trainer().run { plain.append($0.loss) }
    #expect(losses[0] < plain[0])
    let resumed = try project.trainer()
    try resumed.resume(from: state)
    try resumed.run { _ in }
    #expect(project.bits(resumed) == project.bits(whole))
    #expect(try project.written(whole).count == project.weights(whole).count)
  }

  @Test("shuffled labels: the same prompts, the same completions, in another order")
  func shuffledLabels() throws {
    let folder = try RecipeFolder()
    try folder.writeTask()
    let plain = try folder.plan()
    try folder.write(
      "recipe.yaml",
      "recipe: r\ndata: {train: train.jsonl, shuffle_labels: true}\nmethod: full\nlearning_rate: 1e-3\nsteps: 10\n")
    let shuffled = try TrainingPlan(
      try Recipe.read(folder.path("recipe.yaml")), tokenizer: try tinyTokenizer(), contextLength: 256,
      vocabularySize: 360)
    func prompts(_ plan: TrainingPlan) -> [[Int32]] { plan.taskSamples.map { Array($0.ids[..<$0.scored[0]]) } }
    func answers(_ plan: TrainingPlan) -> [[Int32]] { plan.taskSamples.map { Array($0.ids[$0.scored[0]...]) } }
    #expect(prompts(shuffled) == prompts(plain))
    #expect(answers(shuffled) != answers(plain))
    #expect(
      answers(shuffled).sorted { $0.lexicographicallyPrecedes($1) }
        == answers(plain).sorted { $0.lexicographicallyPrecedes($1) })
  }
}

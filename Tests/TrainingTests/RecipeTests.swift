import Foundation
import Testing
import Training

@Suite("A recipe file")
struct RecipeTests {
  let folder: RecipeFolder

  init() throws { folder = try RecipeFolder() }

  @Test("has defaults for everything but its name, data, method, learning rate and length")
  func defaults() throws {
    let recipe = try folder.recipe()
    #expect(recipe.name == "r")
    #expect(recipe.base == nil)
    #expect(recipe.trainData == folder.path("train.jsonl"))
    #expect(recipe.testData == nil)
    #expect(recipe.format == PromptFormat(.automatic))
    #expect(!recipe.format.endsWithEOS)
    #expect(recipe.method == .full)
    #expect(
      recipe.optimiser
        == OptimiserSettings(
          learningRate: 1e-3, weightDecay: 0, maxGradientNorm: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8))
    #expect(recipe.schedule == LearningRateSchedule(shape: .constant, warmupSteps: 0))
    #expect((recipe.batch, recipe.accumulate, recipe.seed) == (8, 1, 1))
    #expect(recipe.mix == MixSettings())
    #expect(recipe.preserve == nil)
    #expect(recipe.precision == .f32)
    #expect((recipe.evaluateEvery, recipe.checkpointEvery) == (nil, nil))
  }

  @Test("LoRA without settings is PEFT's usual: r 16, alpha 32, dropout 0.05 on the family's usual modules")
  func lora() throws {
    #expect(try folder.recipe(method: "lora").method == .lora(LoRARecipe()))
    #expect(LoRARecipe().targets == .usual)
    let given = try folder.recipe(
      "lora: {r: 8, alpha: 16, dropout: 0, target_modules: all-linear, use_rslora: true, bias: none}", method: "lora")
    #expect(
      given.method
        == .lora(LoRARecipe(rank: 8, alpha: 16, dropout: 0, targets: .allLinear, usesRankStabilisedScale: true)))
  }

  @Test("reads every key, paths being relative to the file")
  func everything() throws {
    let recipe = try folder.recipe(
      """
      base: ../models/base.gguf
      format: chatml
      modules: [v_proj]
      weight_decay: 0.01
      max_gradient_norm: 0
      betas: [0.9, 0.95]
      epsilon: 1e-6
      schedule: cosine
      warmup_steps: 2
      batch: 4
      accumulate: 2
      seed: 18446744073709551615
      mix: {general: {data: g.jsonl}, icl: {pool: pool.yaml}, icl-same-task: {}}
      preserve: {lambda: 0.1, pool: pool.yaml, shots: 3}
      evaluate_every: 5
      checkpoint_every: 10
      precision: bf16
      """, method: "modules")
    #expect(recipe.base == folder.path("../models/base.gguf"))
    #expect(recipe.format.endsWithEOS)
    #expect(recipe.method == .modules(["v_proj"]))
    #expect(recipe.optimiser.maxGradientNorm == nil)
    #expect(recipe.optimiser.beta2 == 0.95)
    #expect(recipe.schedule == LearningRateSchedule(shape: .cosine, warmupSteps: 2))
    #expect(recipe.samplesPerStep == 8)
    #expect(recipe.seed == .max)
    #expect(
      recipe.mix
        == MixSettings(
          general: .init(share: 0.1, data: folder.path("g.jsonl"), format: PromptFormat(.chatml)),
          fewShot: .init(share: 0.2, pool: folder.path("pool.yaml"), shots: 2...4),
          sameTask: .init(share: 0.2, window: 3)))
    #expect(
      recipe.preserve == PreservationSettings(lambda: 0.1, pool: folder.path("pool.yaml"), shots: 3...3, prompts: 2))
    #expect(recipe.precision == .bf16)
  }

  @Test(
    "is refused with the key and a remedy",
    arguments: [
      ("learning_rat: 1", "recipe.yaml: learning_rat: unknown key; did you mean 'learning_rate'?"),
      ("l2sp: 0", "recipe.yaml: l2sp: is not a number above 0; write such a number"),
      ("promot: {rows: 5}", "recipe.yaml: promot.rows: unknown key; known keys: learning_rate, length, steps"),
      ("interpolate: 1.5", "recipe.yaml: interpolate: is not a number above 0, at most 1; write such a number"),
      ("rescale: 0.5", "recipe.yaml: rescale: stands beside whole weights; write interpolate for them"),
      (
        "mix: {replay: {temperature: 0}}",
        "recipe.yaml: mix.replay.temperature: is not a number above 0, at most 10; write such a number"
      ),
      ("mix: {genral: {}}", "recipe.yaml: mix.genral: unknown key; did you mean 'general'?"),
      (
        "preserve: {lambda: -1, pool: p}",
        "recipe.yaml: preserve.lambda: is not a number of at least 0; write such a number"
      ),
      ("preserve: {}", "recipe.yaml: preserve.pool: is missing; add 'pool:' and its value"),
      (
        "preserve: {pool: p, shots: [4, 2]}",
        "recipe.yaml: preserve.shots: is not a range of whole numbers from 1 to 64; "
          + "write the least and the most, such as [2, 4]"
      ),
      ("epochs: 1", "recipe.yaml: epochs: stands beside 'steps'; keep one of them"),
      (
        "format: vicuna",
        "recipe.yaml: format: is none of plain, chatml, llama3; "
          + "write one of them, or the template itself: {mustache: \"…\"}; template: model is the model's own chat"
      ),
      ("template: model\nformat: chatml", "recipe.yaml: format: stands beside 'template'; keep one of them"),
      (
        "template: model\nend_with_eos: true", "recipe.yaml: end_with_eos: stands beside 'template'; keep one of them"
      ),
      (
        "format: {mustache: \"Q: {{prompt}}\"}",
        "recipe.yaml: format.mustache: the mustache template must render {{completion}} exactly once; "
          + "write a template such as \"Q: {{prompt}}\\nA: {{completion}}\""
      ),
      (
        "format: {mustache: \"{{#prompt}}{{completion}}\"}",
        "recipe.yaml: format.mustache: the mustache template cannot be parsed; "
          + "write a template such as \"Q: {{prompt}}\\nA: {{completion}}\""
      ),
      ("lora: {r: 4}", "recipe.yaml: lora: stands beside method: full; write method: lora, or leave it out"),
      ("betas: [0.9]", "recipe.yaml: betas: are not two numbers from 0 to below 1; write [0.9, 0.999]"),
      (
        "schedule: cosin",
        "recipe.yaml: schedule: is none of constant, linear, cosine; did you mean 'cosine'?"
      ),
      ("batch: 0", "recipe.yaml: batch: is not a whole number from 1 to 1024; write such a number"),
      (
        "mix: {general: {share: 0.6, data: g}, icl: {share: 0.4, pool: p}}",
        "recipe.yaml: mix: the shares add up to 1 or more; leave a share for the task itself"
      ),
      ("seed: 1\nseed: 2", "recipe.yaml: seed: not valid YAML: the key is given twice; correct the file's syntax"),
    ])
  func refusals(_ more: String, _ message: String) throws {
    #expect(folder.refusal { try folder.recipe(more) } == message)
  }

  @Test("a LoRA recipe's bias and dropout are what the engine can do")
  func loraRefusals() throws {
    #expect(
      folder.refusal { try folder.recipe("lora: {bias: all}", method: "lora") }
        == "recipe.yaml: lora.bias: is none of none; write one of them")
    #expect(
      folder.refusal { try folder.recipe("lora: {dropout: 1}", method: "lora") }
        == "recipe.yaml: lora.dropout: is not a number from 0 to below 1; write such a number")
  }

  @Test("needs a length, and is not empty")
  func missing() throws {
    #expect(
      folder.refusal { try folder.recipe(length: "") }
        == "recipe.yaml: steps: is missing; add 'steps:' or 'epochs:'")
    let empty = try folder.write("empty.yaml", "")
    #expect(folder.refusal { try Recipe.read(empty) }.hasPrefix("empty.yaml: the file is empty; "))
    #expect(
      folder.refusal { try Recipe.read(folder.path("none.yaml")) }
        == "none.yaml: no such file; check the path; what a file names is relative to that file")
  }

  @Test(
    "that comes with Holdfast can be read, and its data planned for 100 steps of 8",
    arguments: [
      "full", "lora", "value-only", "general-mix", "icl-mix", "icl-mix-same-task", "preserve", "l2sp", "promot",
      "interpolate", "shuffled-labels",
    ])
  func shipped(_ name: String) throws {
    let recipe = try Recipe.read(repositoryFolder.appendingPathComponent("recipes/\(name).yaml").path)
    #expect(recipe.name == name)
    #expect((recipe.length, recipe.batch, recipe.seed) == (.steps(100), 8, 1))
    let plan = try TrainingPlan(recipe, tokenizer: try tinyTokenizer(), contextLength: 2048, vocabularySize: 360)
    #expect(plan.taskSamples.count == 500)
    #expect(plan.testSamples.count == 200)
    #expect(plan.labels == ["negative", "positive"])
    #expect(plan.variety.isHomogeneous)
    let kinds = try (0..<100).flatMap { try plan.batch(step: $0) }.map(\.kind)
    #expect(kinds.count == 800)
    #expect(kinds.count { $0 == .general } == (name == "general-mix" ? 80 : 0))
    #expect(kinds.count { $0 == .icl } == (name.hasPrefix("icl-mix") ? 160 : 0))
    #expect(try plan.preservationPrompts(step: 99).count == (name == "preserve" ? 4 : 0))
  }

  @Test("replay comes with Holdfast: 160 samples in 100 steps are the base's own texts")
  func shippedReplay() throws {
    let recipe = try Recipe.read(repositoryFolder.appendingPathComponent("recipes/replay.yaml").path)
    let replay = try #require(recipe.mix.replay)
    #expect(replay == .init(share: 0.2, count: 160, temperature: 1, maximumTokens: 64, prompt: "<|endoftext|>"))
  }

  @Test("diverse comes with Holdfast: as many samples as the narrow task, and not homogeneous")
  func shippedDiverse() throws {
    let recipe = try Recipe.read(repositoryFolder.appendingPathComponent("recipes/diverse.yaml").path)
    let plan = try TrainingPlan(recipe, tokenizer: try tinyTokenizer(), contextLength: 2048, vocabularySize: 360)
    #expect((plan.taskSamples.count, plan.testSamples.count) == (500, 200))
    #expect(!plan.variety.isHomogeneous)
    // Its own answers are of many kinds; the task that is tested has two.
    #expect(plan.labels == ["negative", "positive"])
  }
}

import Foundation
import Testing
import Training

@Suite("A training plan")
struct TrainingPlanTests {
  let folder: RecipeFolder

  init() throws {
    folder = try RecipeFolder()
    try folder.writeTask()
    try folder.writePool()
  }

  @Test("shows every sample once an epoch, in another order each time")
  func epochs() throws {
    let plan = try folder.plan()
    let samples = try (0..<10).flatMap { try plan.batch(step: $0) }
    let ids = samples.map(\.ids)
    #expect(Set(ids.prefix(40)).count == 40)
    #expect(Set(ids.suffix(40)) == Set(ids.prefix(40)))
    #expect(Array(ids.prefix(40)) != Array(ids.suffix(40)))
  }

  @Test("is a function of seed and step: another seed gives other batches, another length the same ones")
  func determinism() throws {
    let mixed = "mix: {icl: {pool: pool.yaml}, icl-same-task: {share: 0.1}}\npreserve: {pool: pool.yaml}"
    let plan = try folder.plan(mixed)
    let longer = try folder.plan(mixed, length: "steps: 20")
    let other = try folder.plan(mixed + "\nseed: 2")
    for step in 0..<10 {
      #expect(try plan.batch(step: step) == longer.batch(step: step))
      #expect(try plan.preservationPrompts(step: step) == longer.preservationPrompts(step: step))
    }
    #expect(try plan.batch(step: 0) != other.batch(step: 0))
    #expect(try plan.preservationPrompts(step: 0) != other.preservationPrompts(step: 0))
  }

  @Test("a share of 20 % of batch 8 is 8 of 40 samples in every five steps")
  func shares() throws {
    let plan = try folder.plan("mix: {icl: {share: 0.2, pool: pool.yaml}}", length: "steps: 25")
    let counts = try (0..<25).map { step in try plan.batch(step: step).count { $0.kind == .icl } }
    #expect(Array(counts.prefix(5)) == [2, 1, 2, 1, 2])
    for start in stride(from: 0, to: 25, by: 5) { #expect(counts[start..<start + 5].reduce(0, +) == 8) }
  }

  @Test("several shares are each within a sample of what they should be after every step")
  func severalShares() throws {
    try folder.write("g.jsonl", #"{"prompt": "Say it.", "completion": " It."}"#)
    let plan = try folder.plan(
      "mix: {general: {share: 0.1, data: g.jsonl}, icl: {share: 0.25, pool: pool.yaml}, icl-same-task: {share: 0.15}}",
      length: "steps: 40")
    var general = 0
    var icl = 0
    for step in 0..<40 {
      let kinds = try plan.batch(step: step).map(\.kind)
      #expect(kinds.count == 8)
      general += kinds.count { $0 == .general }
      icl += kinds.count { $0 == .icl }
      #expect(abs(Double(general) - 0.8 * Double(step + 1)) < 1)
      #expect(abs(Double(icl) - 3.2 * Double(step + 1)) < 2)
    }
    #expect((general, icl) == (32, 128))
  }

  @Test("a few-shot sample has two to four demonstrations of one task, and loss on the query's answer alone")
  func fewShot() throws {
    let plan = try folder.plan("mix: {icl: {share: 0.5, pool: pool.yaml, shots: [2, 4]}}")
    let tokenizer = plan.encoder.tokenizer
    var shots: Set<Int> = []
    var tasks: [Int] = []
    for step in 0..<10 {
      for sample in try plan.batch(step: step) where sample.kind == .icl {
        let text = tokenizer.decode(sample.ids)
        let parts = text.components(separatedBy: "\n\n")
        shots.insert(parts.count - 1)
        #expect(Set(parts).count == parts.count)
        let words = parts.map { $0.split { " \n".contains($0) }.map(String.init) }
        // "Q: in 2 5\nA: out 5"
        #expect(words.allSatisfy { $0.count == 7 && $0[2] == words[0][2] && $0[3] == $0[6] })
        tasks.append(try #require(Int(words[0][2])))
        let first = try #require(sample.scored.first)
        #expect(tokenizer.decode(Array(sample.ids[first...])) == " out \(words.last?.last ?? "")")
      }
    }
    #expect(shots == [2, 3, 4])
    #expect(tasks.count == 40)
    #expect(tasks.count { $0 == 0 } >= 13)
  }

  @Test("a preservation prompt scores the answers of the query and of demonstrations 2 to k")
  func preservation() throws {
    let plan = try folder.plan("preserve: {pool: pool.yaml, shots: 3, prompts: 5}")
    let tokenizer = plan.encoder.tokenizer
    for sample in try plan.preservationPrompts(step: 3) {
      #expect(sample.kind == .preserve)
      let parts = tokenizer.decode(sample.ids).components(separatedBy: "\n\n")
      #expect(parts.count == 4)
      let answers = parts.dropFirst().map { $0.components(separatedBy: "A:")[1] }.joined()
      #expect(tokenizer.decode(sample.scored.map { sample.ids[$0] }) == answers)
    }
    #expect(try plan.preservationPrompts(step: 3).count == 5)
  }

  @Test("a same-task sample is the task behind a window of its other samples, as Q and A")
  func sameTask() throws {
    let plan = try folder.plan("mix: {icl-same-task: {share: 0.5, window: 2}}")
    let sample = try #require(try plan.batch(step: 0).first { $0.kind == .icl })
    let text = plan.encoder.tokenizer.decode(sample.ids)
    let pattern = #/Q: Item \d+:\nA: (yes|no)\n\nQ: Item \d+:\nA: (yes|no)\n\nQ: Item \d+:\nA: (yes|no)/#
    #expect(text.wholeMatch(of: pattern) != nil)
  }

  @Test("epochs are of the task's samples; a last step that is not full is taken")
  func length() throws {
    #expect(try folder.plan(length: "epochs: 2").stepCount == 10)
    #expect(try folder.plan("batch: 6", length: "epochs: 1").stepCount == 7)
    #expect(try folder.plan("mix: {icl: {share: 0.5, pool: pool.yaml}}", length: "epochs: 1").stepCount == 10)
    #expect(try folder.plan("accumulate: 2", length: "epochs: 1").stepCount == 3)
    #expect(try folder.plan("accumulate: 2").microbatches(step: 0).map(\.count) == [8, 8])
  }

  @Test("the learning rate warms up, then is constant, falls linearly or as a cosine")
  func schedule() throws {
    func rates(_ text: String) throws -> [Double] {
      let plan = try folder.plan(text)
      return (0..<10).map { (plan.learningRate(step: $0) * 1e6).rounded() }
    }
    #expect(try rates("warmup_steps: 3") == [250, 500, 750, 1000, 1000, 1000, 1000, 1000, 1000, 1000])
    #expect(
      try rates("schedule: linear\nwarmup_steps: 2") == [333, 667, 1000, 875, 750, 625, 500, 375, 250, 125])
    // (1 + cos(π i / 10)) / 2
    #expect(try rates("schedule: cosine") == [1000, 976, 905, 794, 655, 500, 345, 206, 95, 24])
    #expect(
      folder.refusal { try folder.plan("warmup_steps: 10") }
        == "recipe.yaml: warmup_steps: is not below the 10 steps of the run; write a smaller number")
  }

  @Test("knows the labels and the tokens that they begin with, where answers are few")
  func labels() throws {
    let plan = try folder.plan()
    #expect(plan.labels == ["no", "yes"])
    #expect(Set(plan.labelTokens.map { plan.encoder.tokenizer.decode([$0]) }) == [" ", " no"])
    try folder.write(
      "train.jsonl", (0..<8).map { #"{"prompt": "p\#($0)", "completion": " c\#($0)"}"# }.joined(separator: "\n"))
    #expect(try folder.plan().labels == [])
  }
}

@Suite("Data that cannot be trained on are refused, file and line named")
struct TrainingDataTests {
  let folder: RecipeFolder

  init() throws { folder = try RecipeFolder() }

  @Test(
    "a line is a prompt with a completion, or messages; it has tokens to learn and fits the context",
    arguments: [
      ("\n \n", "recipe.yaml: data.train: 'train.jsonl': the data file is empty; write one sample a line"),
      (
        #"{"prompt": "a", "completion": "  "}"#,
        "train.jsonl: line 1: the sample has no token that loss is taken on; write a completion, or leave the line out"
      ),
      (
        "\n{\"prompt\": \"a\"}",
        #"train.jsonl: line 2: 'completion' is missing; write one object a line: {"prompt": "…", "completion": "…"}"#
      ),
      (
        #"{"prompt": "a", "completion": 3}"#,
        "train.jsonl: line 1: 'completion' is not of the right type; "
          + #"write one object a line: {"prompt": "…", "completion": "…"}"#
      ),
      (
        "nonsense",
        #"train.jsonl: line 1: not valid JSON: a value is neither a string nor a number; correct the line: each is one whole object"#
      ),
      (
        #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#,
        "train.jsonl: line 1: the base model has no chat template for conversations; "
          + "name a template file in the recipe, or write format: chatml or llama3, or a mustache template"
      ),
      (
        #"{"prompt": "a", "completion": "b"}"# + "\n"
          + #"{"prompt": "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "completion": "b"}"#,
        "train.jsonl: line 2: the prompt has 39 tokens, the model's context 32; "
          + "shorten it; Holdfast never truncates a prompt"
      ),
    ])
  func refused(_ data: String, _ message: String) throws {
    try folder.write("train.jsonl", data)
    #expect(folder.refusal { try folder.plan(contextLength: 32) } == message)
  }

  @Test("a chat format needs its tokens in the vocabulary")
  func markers() throws {
    try folder.writeTask()
    #expect(
      folder.refusal { try folder.plan("format: chatml") }
        == "recipe.yaml: format: the model's vocabulary has no token '<|im_start|>'; "
        + "write the format that the model was trained with, plain, or a mustache template")
  }

  @Test("a pool needs enough items for its shots, distinct inputs, and prompts that fit the context")
  func pools() throws {
    try folder.writeTask()
    try folder.writePool(items: 4)
    let mix = "mix: {icl: {pool: pool.yaml}}"
    #expect(
      folder.refusal { try folder.plan(mix) }
        == "t0.jsonl: has 4 items, too few for 4 shots and a query; add items, or write fewer shots")
    try folder.writePool()
    #expect(
      folder.refusal { try folder.plan(mix, contextLength: 40) }
        .hasPrefix("pool.yaml: t0: with 4 shots, the prompt has"))
    try folder.write("t1.jsonl", #"{"input": "a", "output": "b"}"# + "\n" + #"{"input": "a", "output": "c"}"#)
    #expect(folder.refusal { try folder.plan(mix) } == "t1.jsonl: line 2: has the input of line 1; leave one out")
  }
}

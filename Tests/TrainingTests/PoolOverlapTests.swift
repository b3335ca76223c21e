import Suites
import Testing
import Training

@Suite("Pools are held against the suites of the gate")
struct PoolOverlapTests {
  let folder: RecipeFolder
  let suite: Suite

  init() throws {
    folder = try RecipeFolder()
    try folder.writeTask()
    try folder.writePool()
    let items = [
      Item(id: "a", input: "In 1 3", output: "elsewhere", aliases: ["Out 3"]), Item(id: "b", input: "x", output: "y"),
      Item(id: "c", input: "in 2 4", output: "another"),
    ]
    suite = Suite(
      name: "core", version: 1, seed: 1, description: "",
      tasks: [
        TaskDefinition(
          name: "t", family: "f", version: 1, template: "Q: {input}\nA:", answerPrefix: " ", separator: "\n\n",
          stop: "\n", shots: [0], blockSize: 8, pool: .first(0), conditions: [.gold], source: "", licence: "CC0-1.0",
          items: items, file: "t.yaml")
      ], path: "core")
  }

  @Test("an equal input and output, aliases included and case apart, is an error")
  func equalPair() throws {
    let message =
      "t1.jsonl: line 4: is an item of the suite's task 't' (core); leave it out: what is trained cannot be gated"
    for more in ["mix: {icl: {pool: pool.yaml}}", "preserve: {pool: pool.yaml}"] {
      let plan = try folder.plan(more)
      #expect(folder.refusal { try plan.checkOverlap(with: [suite]) } == message)
    }
  }

  @Test("an equal input with another output is a warning, once where both pools are one file")
  func equalInput() throws {
    let more = "mix: {icl: {pool: pool.yaml}}\npreserve: {pool: pool.yaml}"
    try folder.write("t1.jsonl", (0..<8).map { #"{"input": "i\#($0)", "output": "o"}"# }.joined(separator: "\n"))
    let warnings = try folder.plan(more).checkOverlap(with: [suite])
    #expect(warnings.count == 1)
    #expect(warnings[0].hasSuffix("t2.jsonl: line 5: the input is also one of the suite's task 't' (core)"))
  }

  @Test("a general sample that asks a suite's question in the suite's words is an error too")
  func general() throws {
    try folder.write("g.jsonl", #"{"prompt": "Q: x\nA:", "completion": " y"}"#)
    let plan = try folder.plan("mix: {general: {data: g.jsonl}}")
    #expect(folder.refusal { try plan.checkOverlap(with: [suite]) }.hasPrefix("g.jsonl: line 1: is an item of"))
    for line in [
      #"{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}"#,
      #"{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}, {"role": "user", "content": "t"}, {"role": "assistant", "content": "u"}]}"#,
    ] {
      try folder.write("g.jsonl", line)
      let plan = try folder.plan(
        "format: {mustache: \"{{#messages}}{{content}} {{/messages}}{{completion}}\"}\nmix: {general: {data: g.jsonl}}")
      #expect(folder.refusal { try plan.checkOverlap(with: [suite]) }.hasPrefix("g.jsonl: line 1: is an item of"))
    }
  }

  @Test("the pools that come with Holdfast overlap no suite that does")
  func shipped() throws {
    let suites = try ["core"].map { try Suite.load(repositoryFolder.appendingPathComponent("suites/\($0)").path) }
    for name in ["general-mix", "preserve"] {
      let recipe = try Recipe.read(repositoryFolder.appendingPathComponent("recipes/\(name).yaml").path)
      let plan = try TrainingPlan(recipe, tokenizer: try tinyTokenizer(), contextLength: 2048, vocabularySize: 360)
      #expect(try plan.checkOverlap(with: suites) == [])
    }
  }
}

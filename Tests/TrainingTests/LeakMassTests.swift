import Foundation
import Suites
import Testing
import Training
import Transformer

@Suite("Leak mass")
struct LeakMassTests {
  /// Two tasks of eight items: one answers with the training task's labels, the other does not.
  private func suite() -> Suite {
    func task(_ name: String, _ outputs: [String]) -> TaskDefinition {
      TaskDefinition(
        name: name, family: name, version: 1, template: "Q: {input}\nA:", answerPrefix: " ", separator: "\n\n",
        stop: "\n", shots: [0, 1], blockSize: 2, pool: .first(4), conditions: [.gold], source: "",
        licence: "CC0-1.0",
        items: (0..<8).map { Item(id: "\(name)\($0)", input: "\(name) \($0)", output: outputs[$0 % outputs.count]) },
        file: "\(name).yaml")
    }
    return Suite(
      name: "s", version: 1, seed: 1, description: "",
      tasks: [task("even", ["Even", "odd"]), task("digit", ["5", "6"])],
      path: "s")
  }

  @Test("is measured on few-shot prompts of tasks that do not have the labels as answers")
  func prompts() throws {
    let project = try TrainingProject(method: "method: full")
    let plan = try project.plan()
    #expect(plan.labels == ["even", "odd"])
    let texts = try plan.leakPrompts(from: [suite()]).map { plan.encoder.tokenizer.decode($0) }
    #expect(texts.count == 2)
    #expect(texts.allSatisfy { $0.contains("digit") && !$0.contains("even") && $0.hasSuffix("A:") })
    // One demonstration, then the query.
    #expect(texts.allSatisfy { $0.components(separatedBy: "Q: ").count == 3 })
  }

  @Test("a task without labels has none")
  func freeAnswers() throws {
    let folder = try RecipeFolder()
    try folder.write(
      "train.jsonl",
      (0..<40).map { #"{"prompt": "Item \#($0):", "completion": " word\#($0)"}"# }.joined(separator: "\n"))
    #expect(try folder.plan().leakPrompts(from: [suite()]).isEmpty)
  }

  @Test("is the mean probability of the labels' first tokens; training on the labels raises it")
  func rises() throws {
    let project = try TrainingProject(method: "method: full", steps: 20)
    let plan = try project.plan()
    let prompts = try plan.leakPrompts(from: [suite()])
    let trainer = try project.trainer(plan, leakPrompts: prompts)
    let before = try #require(try trainer.evaluate().leakMass)
    // One label token at a time, each as the exponential of its own loss.
    var expected = 0.0
    for prompt in prompts {
      for label in plan.labelTokens {
        var batch = TrainingBatch()
        batch.add(prompt + [label], scored: [prompt.count])
        expected += exp(-trainer.decoder.loss(batch, backward: false)) / Double(prompts.count)
      }
    }
    #expect(abs(before - expected) < 1e-5 * expected)
    var last: Trainer.StepReport?
    try trainer.run { last = $0 }
    let after = try #require(last?.leakMass)
    #expect(after > 5 * before)
    #expect(try trainer.evaluate().leakMass == after)
  }
}

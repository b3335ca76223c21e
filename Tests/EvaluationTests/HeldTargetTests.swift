import Evaluation
import Foundation
import Reporting
import Testing

@Suite("Experiments that train until the target is held")
struct HeldTargetTests {
  let tiny: TinyExperiment

  init() throws { tiny = try TinyExperiment() }

  private func write(_ until: String, arms: String) throws {
    try tiny.write("experiment.yaml", "experiment: tiny\nshare: 1/4\nuntil: \(until)\narms: \(arms)\n")
  }

  @Test("the first look that ends a window of looks at the target, none missing")
  func window() {
    let two = HeldTarget(targetAccuracy: 0.88, window: 2, every: 25, atMost: 100)
    #expect(two.reached([25: 0.9, 50: 0.8, 75: 0.88, 100: 0.95]) == 100)
    #expect(two.reached([25: 0.9, 50: 0.9, 75: 0.1]) == 50)
    #expect(two.reached([25: 0.9, 75: 0.9]) == nil)
    #expect(two.reached([100: 0.9, 125: 0.9]) == nil)
    #expect(two.reached([:]) == nil)
    #expect(HeldTarget(targetAccuracy: 0.5, window: 1, every: 5, atMost: 20).reached([5: 0.4, 10: 0.5]) == 10)
  }

  @Test("a run ends where it holds its target and is scored there alone, as the same run of so many steps is")
  func ends() throws {
    try write(
      "{target_accuracy: 0.5, window: 2, every: 2, at_most: 40}", arms: "[{arm: lora, recipe: lora.yaml}]")
    let result = try tiny.run()
    let run = try #require(result.runs.first)
    #expect(run.state == .finished)
    #expect(run.until?.held == true)
    #expect(run.points.count == 2)
    let last = try #require(run.points.last)
    #expect(last.step > 2 && last.step < 40 && last.step.isMultiple(of: 2))
    #expect(try #require(last.target).accuracy >= 0.5)
    #expect(try tiny.read("out/lora/seed-1/training_log.jsonl").split(separator: "\n").count == last.step)

    try tiny.write(
      "experiment.yaml",
      "experiment: tiny\nshare: 1/4\nsteps: \(last.step)\ncheckpoints: [\(last.step)]\narms: [{arm: lora, recipe: lora.yaml}]\n"
    )
    let fixed = try #require(try tiny.run(out: "fixed", reports: "fixed-reports").runs.first?.points.last)
    #expect(fixed.target == last.target)
    #expect(fixed.ability == last.ability)
    #expect(fixed.change == last.change)
  }

  @Test("what never holds it is scored where it ends, and stands apart")
  func never() throws {
    try write(
      "{target_accuracy: 1, window: 2, every: 2, at_most: 4}",
      arms: "[{arm: lora, recipe: lora.yaml, seeds: [1, 2], learning_rate: 1e-9}]")
    let result = try tiny.run()
    #expect(result.runs.map(\.until?.held) == [false, false])
    #expect(result.runs.map(\.points.last?.step) == [4, 4])
    #expect(result.runs.allSatisfy { $0.state == .finished && !$0.isCompared })
    #expect(result.recipes.isEmpty)
    let page = try tiny.read("reports/README.md")
    #expect(page.contains("## Never held the target"))
    #expect(page.contains("- lora, seed 1: "))
    #expect(try tiny.read("reports/plot.svg").contains("target not held"))
  }

  @Test("a run that was stopped goes on to the same end; an arm's own until wins")
  func resumes() throws {
    struct Stop: Error {}
    let arms = "[{arm: lora, recipe: lora.yaml, until: {target_accuracy: 0.5, window: 3, every: 2, at_most: 40}}]"
    try write("{target_accuracy: 1, every: 2, at_most: 4}", arms: arms)
    try tiny.run()
    let whole = try tiny.findings()
    let result = try tiny.run()
    #expect(result.runs.first?.until?.window == 3)
    #expect(throws: Stop.self) {
      try tiny.run(out: "again", reports: "again-reports") {
        if case .training(let report, _, _) = $0, report.step == 3 { throw Stop() }
      }
    }
    try tiny.run(out: "again", reports: "again-reports")
    #expect(try tiny.findings("again-reports") == whole)
  }

  @Test("noise is as large as its arm's change, weight by weight, and is scored beside it")
  func noise() throws {
    try write(
      "{target_accuracy: 0.5, every: 2, at_most: 40}",
      arms: "[{arm: full, recipe: full.yaml}, {arm: noise, noise_of: full}]")
    let result = try tiny.run()
    let changes = try result.runs.map { try #require($0.points.last?.change) }
    #expect(result.runs.map(\.arm) == ["full", "noise"])
    #expect(result.runs[1].until?.held == nil)
    #expect(changes[0].contains { $0.norm > 0 })
    for (tuned, noise) in zip(changes[0], changes[1]) {
      #expect(tuned.module == noise.module)
      #expect(abs(tuned.norm - noise.norm) < 1e-5 * max(1, tuned.norm))
    }
    #expect(result.runs[0].points.last?.ability != result.runs[1].points.last?.ability || changes[0].isEmpty)
    #expect(!tiny.exists("out/noise/seed-1/checkpoint-\(result.runs[1].points.last?.step ?? 0)"))
    // Nothing is made again.
    #expect(try tiny.run().runs == result.runs)
  }

  @Test("the same checkpoints asked in another form too: figures of their own, in every table")
  func also() throws {
    try write("{target_accuracy: 0.5, every: 2, at_most: 40}", arms: "[{arm: lora, recipe: lora.yaml, seeds: [1, 2]}]")
    let result = try tiny.run(also: .all)
    #expect(result.header.also?.baseline == "other.json")
    #expect(result.header.also?.items == 4 * result.header.items)
    for point in [result.base] + result.runs.flatMap({ $0.points.dropFirst() }) {
      let blocks = try #require(point.ability.tasks).map(\.drops.count)
      #expect(try #require(point.also?.ability.tasks).map(\.drops.count) == blocks.map { 4 * $0 })
    }
    let page = try tiny.read("reports/README.md")
    #expect(page.contains("kept, raw, %"))
    #expect(page.contains("also asked"))
    // What it was not asked before, it is asked: the points are of another experiment.
    try expectFault("was made with another recipe") { try tiny.run() }
  }

  @Test("the base under other draws of demonstrations: another figure each, and nothing is trained")
  func freshDraws() throws {
    try write(
      "{target_accuracy: 0.5, every: 2, at_most: 40}",
      arms: "[{arm: full, recipe: full.yaml}, {arm: nothing, fresh_draws: true, seeds: [1, 2]}]")
    let result = try tiny.run(selection: .init(arms: ["nothing"]))
    let drawn = result.runs.filter { $0.arm == "nothing" }
    #expect(drawn.map(\.state) == [.finished, .finished])
    #expect(drawn.allSatisfy { $0.isCompared && $0.points.map(\.step) == [0, 0] })
    #expect(drawn[0].points.last?.ability.probability != drawn[1].points.last?.ability.probability)
    #expect(drawn[0].points.last?.target == result.base.target)
    #expect(result.runs.first?.state == .unfinished)
    #expect(try tiny.read("reports/README.md").contains("| nothing | 2 | 0 |"))
    #expect(try tiny.run(selection: .init(arms: ["nothing"])).runs == result.runs)
  }

  @Test("noise of an arm that diverged is none, and the experiment goes on")
  func noiseOfNothing() throws {
    try write(
      "{target_accuracy: 1, every: 20, at_most: 40}",
      arms: "[{arm: wild, recipe: wild.yaml}, {arm: noise, noise_of: wild}, {arm: lora, recipe: lora.yaml}]")
    // A pull towards the base that is infinite in single precision.
    try tiny.writeRecipe("wild", "method: full\nl2sp: 1e300")
    let result = try tiny.run()
    #expect(result.runs.map(\.state) == [.diverged, .diverged, .finished])
    #expect(try tiny.run().runs == result.runs)
  }

  @Test("noise of an arm that is not done is refused, that arm named")
  func noiseAlone() throws {
    try write(
      "{target_accuracy: 0.5, every: 2, at_most: 40}",
      arms: "[{arm: full, recipe: full.yaml}, {arm: noise, noise_of: full}]")
    try expectFault("'noise' is noise of 'full', which has no scored checkpoint") {
      try tiny.run(selection: .init(arms: ["noise"]))
    }
  }

  @Test(
    "what cannot be meant is refused, key named",
    arguments: [
      ("until: {target_accuracy: 0.88}", "until.at_most: is missing"),
      ("until: {at_most: 100}", "until.target_accuracy: is missing"),
      ("until: {target_accuracy: 88, at_most: 100}", "until.target_accuracy: is not a number above 0"),
      ("until: {target_accuracy: 0.9, at_most: 110}", "until.at_most: is 110, no multiple of the 25"),
      ("until: {target_accuracy: 0.9, at_most: 25}", "until.at_most: leaves 1 looks"),
      ("until: {target_accuracy: 0.9, at_most: 50}\nsteps: 50", "steps: stands beside 'until'"),
      ("until: {target_accuracy: 0.9, at_most: 50}\ncheckpoints: [50]", "checkpoints: stands beside 'until'"),
      ("until: {target_accuracy: 0.9, at_most: 50}\nmatch_accuracy: 0.5", "match_accuracy: stands beside 'until'"),
      ("until: {targt_accuracy: 0.9, at_most: 50}", "did you mean 'target_accuracy'?"),
      ("checkpoints: [5]\nalso: {share: 1/4}", "also.baseline: is missing"),
    ])
  func refusals(text: String, words: String) throws {
    try tiny.write("e.yaml", "experiment: e\narms: [{arm: a, recipe: full.yaml}]\n\(text)")
    try expectFault(words) { _ = try Experiment.read(tiny.path("e.yaml")) }
  }

  @Test(
    "and of arms",
    arguments: [
      (
        "[{arm: b, recipe: full.yaml}, {arm: n, noise_of: a}]", "'n' is noise of 'a', which is no trained arm before it"
      ),
      ("[{arm: n, noise_of: a}, {arm: a, recipe: full.yaml}]", "which is no trained arm before it"),
      ("[{arm: a, recipe: full.yaml}, {arm: n, noise_of: a, seeds: [3]}]", "'n' has a seed that 'a' has not"),
      ("[{arm: n, fresh_draws: true}]", "arms: are controls, and none is trained"),
      ("[{arm: a, recipe: full.yaml}, {arm: n, fresh_draws: true, seeds: [0]}]", "'n' has a seed that is no draw"),
      (
        "[{arm: a, recipe: full.yaml}, {arm: n, fresh_draws: true, noise_of: a}]",
        "noise_of: stands beside 'fresh_draws'"
      ),
      (
        "[{arm: a, recipe: full.yaml}, {arm: n, noise_of: a, recipe: full.yaml}]",
        "arms[1].recipe: stands beside a control"
      ),
    ])
  func arms(arms: String, words: String) throws {
    try write("{target_accuracy: 0.5, every: 2, at_most: 40}", arms: arms)
    try expectFault(words) { _ = try Experiment.read(tiny.path("experiment.yaml")) }
  }

  @Test("a schedule that needs its last step, and a task without a test, cannot be ended so")
  func recipes() throws {
    try write("{target_accuracy: 0.5, every: 2, at_most: 40}", arms: "[{arm: a, recipe: r.yaml}]")
    try tiny.write(
      "r.yaml",
      "recipe: r\ndata: {train: train.jsonl, test: test.jsonl}\nmethod: full\nlearning_rate: 1e-2\nsteps: 9\nschedule: cosine"
    )
    try expectFault("schedule: is cosine, which needs to know its last step") { try tiny.run() }
    try tiny.write("r.yaml", "recipe: r\ndata: {train: train.jsonl}\nmethod: full\nlearning_rate: 1e-2\nsteps: 9")
    try expectFault("data.test: is missing") { try tiny.run() }
  }
}

import Diagnostics
import Evaluation
import Foundation
import Reporting
import Testing

@Suite("An experiment of two arms on a tiny model")
struct ExperimentTests {
  let tiny: TinyExperiment

  init() throws {
    tiny = try TinyExperiment()
    try tiny.writeExperiment()
  }

  @Test("every arm is trained, scored at its checkpoints, and reported beside the base")
  func whole() throws {
    let result = try tiny.run()
    #expect(result.runs.map(\.arm) == ["full", "lora"])
    for run in result.runs {
      #expect(run.state == .finished)
      #expect(run.points.map(\.step) == [0, 2, 4])
      for point in run.points {
        #expect(point.target?.samples == 8)
        #expect((0...1).contains(point.leakMass ?? -1))
        #expect(point.ability.shots.map(\.k) == [0, 1, 4])
      }
      // Two tasks of four blocks: too little for a verdict, enough for an estimate.
      #expect(run.points.allSatisfy { $0.verdict == nil })
      #expect(run.points.last?.noVerdict?.contains("too little evidence") == true)
      #expect(run.points.last?.ability.dropInterval != nil)
    }
    let readme = try tiny.read("reports/README.md")
    for words in ["| base |  | 0 |", "| full | 1 | 2 |", "| lora | 1 | 4 |", "At equal target accuracy"] {
      #expect(readme.contains(words), "\(words) not in: \(readme)")
    }
    #expect(try tiny.read("reports/plot.svg").contains("<svg"))
  }

  @Test("at the whole suite the gate gives its verdict, and the drop is what the base knew")
  func verdict() throws {
    try tiny.writeExperiment("base: true", arms: "[{arm: lora, recipe: lora.yaml}]")
    try tiny.write("experiment.yaml", try tiny.read("experiment.yaml").replacing("share: 1/4", with: "share: 1/1"))
    let result = try tiny.run()
    let last = try #require(result.runs[0].points.last)
    #expect(last.verdict == .fail)
    // Of the 64 items after the pool 13 end in 3 or 7, which the base did not know; the candidate knows nothing.
    #expect(last.ability.drop == 51.0 / 64)
    #expect(last.ability.kept == 0)
    // The tiny model does not know what its baseline says it once knew: as a control it fails.
    #expect(result.base.verdict == .fail)
    #expect(result.base.ability.drop == 51.0 / 64)
  }

  @Test("of a finished run the last checkpoint stays, without the trainer's state, and its log and points")
  func kept() throws {
    try tiny.run()
    #expect(!tiny.exists("out/full/seed-1/checkpoint-2"))
    #expect(tiny.exists("out/full/seed-1/checkpoint-4/model.safetensors"))
    #expect(tiny.exists("out/lora/seed-1/checkpoint-4/adapter_model.safetensors"))
    for arm in ["full", "lora"] {
      #expect(!tiny.exists("out/\(arm)/seed-1/checkpoint-4/trainer_state.safetensors"))
      #expect(tiny.exists("out/\(arm)/seed-1/training_log.jsonl"))
      #expect(tiny.exists("out/\(arm)/seed-1/point-2.json"))
    }
  }

  @Test("what exists is not made again, though its checkpoints are gone; and an arm that is left out is done later")
  func again() throws {
    try tiny.writeExperiment("keep: none")
    let first = try tiny.run(selection: .init(arms: ["lora"]))
    #expect(first.runs.map(\.state) == [.unfinished, .finished])
    #expect(!tiny.exists("out/lora/seed-1/checkpoint-4"))
    #expect(try tiny.read("reports/README.md").contains("Not finished: 1 of 2"))
    let begun = Events()
    let second = try tiny.run { if case .began(let arm, _, _, _) = $0 { begun.add(arm) } }
    #expect(begun.names == ["full"])
    #expect(second.runs[1].points == first.runs[1].points)
    try tiny.run { if case .began = $0 { Issue.record("nothing was left to do") } }
  }

  @Test("stopped again and again and gone on with, it ends with the same results")
  func stopped() throws {
    try tiny.run()
    let whole = try tiny.findings()
    var attempts = 0
    while attempts < 60 {
      attempts += 1
      let left = Countdown(attempts)
      do {
        try tiny.run(out: "other", reports: "other-reports") {
          // What a scorer tells cannot stop it.
          if case .scoring = $0 { return }
          try left.tick()
        }
        break
      } catch is Stopped {}
    }
    #expect(attempts > 5)
    #expect(try tiny.findings("other-reports") == whole)
  }

  @Test("on another machine the finished runs of a report stand as they are, and the others are done")
  func fromReport() throws {
    try tiny.writeExperiment(arms: Self.withNoise)
    try tiny.run()
    let whole = try tiny.findings()
    try tiny.run(out: "one", reports: "moved", selection: .init(arms: ["full"]))
    #expect(try begun(out: "two") == ["lora", "noise"])
    #expect(try tiny.findings("moved") == whole)
    #expect(try begun(out: "three").isEmpty && !tiny.exists("three/full"))
    #expect(try tiny.findings("moved") == whole)
    let elsewhere = try tiny.run(out: "three", reports: "moved", fromReport: true, machine: "other")
    #expect(elsewhere.runs.map(\.machine) == ["test", "test", "test"])
    #expect(try tiny.read("moved/README.md").contains("| machine | other; 3 of the runs on test |"))
    // What was made with something else is made again.
    try tiny.writeRecipe("lora", "method: lora\nlora: {r: 8, dropout: 0.1}")
    let warnings = Events()
    let made = Events()
    try tiny.run(out: "four", reports: "moved", fromReport: true) {
      if case .began(let arm, _, _, _) = $0 { made.add(arm) }
      if case .warning(let text) = $0 { warnings.add(text) }
    }
    #expect(made.names == ["lora", "noise"])
    #expect(warnings.names.contains { $0.contains("moved/results.json has lora, seed 1 and 1 more of another recipe") })
    #expect(try tiny.findings("moved") != whole)
    try tiny.write("moved/results.json", "{}")
    try expectRefusal(["moved/results.json", "is not an experiment's results.json"]) { _ = try begun(out: "five") }
  }

  @Test("noise has the run that it stands beside made again: no report has the change of its weights")
  func noiseFromReport() throws {
    try tiny.writeExperiment(
      arms: "[{arm: lora, recipe: lora.yaml}, {arm: noise, noise_of: lora}, {arm: full, recipe: full.yaml}]")
    try tiny.run()
    let whole = try tiny.findings()
    try tiny.run(out: "one", reports: "moved", selection: .init(arms: ["full", "lora"]))
    try expectRefusal(["no scored checkpoint", "--arm lora --arm noise"]) {
      _ = try begun(out: "two", selection: .init(arms: ["noise"]))
    }
    #expect(try begun(out: "two") == ["lora", "noise"])
    #expect(try tiny.findings("moved") == whole)
    // After what no report has.
    try tiny.run(out: "other", reports: "moved", selection: .init(arms: ["lora"]))
    #expect(try begun(out: "three") == ["full", "lora", "noise"])
    #expect(try tiny.findings("moved") == whole)
  }

  private static let withNoise =
    "[{arm: full, recipe: full.yaml}, {arm: lora, recipe: lora.yaml}, {arm: noise, noise_of: lora}]"

  /// The arms that are run on a machine that has nothing but the report.
  private func begun(out: String, selection: ExperimentSession.Selection = .init()) throws -> [String] {
    let begun = Events()
    try tiny.run(out: out, reports: "moved", fromReport: true, selection: selection) {
      if case .began(let arm, _, _, _) = $0 { begun.add(arm) }
    }
    return begun.names
  }

  @Test("a recipe, its data or the share that changed since is refused, the folder named, and nothing is touched")
  func changed() throws {
    try tiny.run()
    let before = try tiny.read("reports/results.json")
    try tiny.writeRecipe("lora", "method: lora\nlora: {r: 8, dropout: 0.1}")
    try expectRefusal(["out/lora/seed-1.json", "--out"]) { try tiny.run() }
    try tiny.writeRecipe("lora", "method: lora\nlora: {r: 4, dropout: 0.1}")
    try tiny.write("test.jsonl", try tiny.read("test.jsonl") + "\n" + #"{"prompt": "say", "completion": " no"}"#)
    try expectRefusal(["out/full/seed-1.json", "--out"]) { try tiny.run() }
    #expect(try tiny.read("reports/results.json") == before)
  }

  @Test("a diverged arm is said to be one, and the others go on")
  func diverged() throws {
    // A pull towards the base that is infinite in single precision.
    try tiny.writeRecipe("wild", "method: full\nl2sp: 1e300")
    try tiny.writeExperiment(arms: "[{arm: wild, recipe: wild.yaml}, {arm: lora, recipe: lora.yaml}]")
    let result = try tiny.run()
    #expect(result.runs.map(\.state) == [.diverged, .finished])
    #expect(result.runs[0].divergedAt == 1)
    #expect(try tiny.read("reports/README.md").contains("diverged at step 1"))
    try tiny.run { if case .began = $0 { Issue.record("nothing was left to do") } }
  }

  @Test("several seeds have a row each, and one with their mean and range")
  func seeds() throws {
    try tiny.writeExperiment(arms: "[{arm: lora, recipe: lora.yaml, seeds: [1, 2], learning_rate: 2e-2}]")
    let result = try tiny.run()
    #expect(result.runs.map(\.seed) == [1, 2])
    #expect(result.runs.allSatisfy { $0.learningRate == 2e-2 })
    #expect(result.runs[0].points != result.runs[1].points)
    let readme = try tiny.read("reports/README.md")
    for words in ["| lora | 1 | 4 |", "| lora | 2 | 4 |", "| **lora** | 2 seeds | last |"] {
      #expect(readme.contains(words))
    }
  }

  @Test("recipes with several seeds stand beside each other, with seeds as the sampling unit; p(gold) is in every row")
  func recipes() throws {
    try tiny.writeExperiment(
      arms:
        "[{arm: lora, recipe: lora.yaml, seeds: [1, 2, 3], learning_rate: 2e-2}, {arm: full, recipe: full.yaml, seeds: [1, 2]}]"
    )
    let result = try tiny.run()
    let last = result.runs.compactMap(\.points.last?.ability)
    let ofBase = try #require(result.base.ability.probability)
    for ability in last {
      let left = try #require(ability.probability)
      #expect(abs(ofBase.fewShot - left.fewShot - left.drop) < 1e-12 && left.fewShot > 0 && left.fewShot < 1)
      let interval = try #require(left.dropInterval)
      #expect(interval.lower < left.drop && left.drop < interval.upper)
    }
    #expect(result.recipes.map(\.arm) == ["lora", "full"] && result.recipes.map(\.seeds) == [[1, 2, 3], [1, 2]])
    let drops = last.map(\.drop)
    let means = [drops[..<3], drops[3...]].map { $0.reduce(0, +) / Double($0.count) }
    for (recipe, mean) in zip(result.recipes, means) { #expect(abs(recipe.drop.mean - mean) < 1e-12) }
    // t at .975 with 2 degrees of freedom, s over the three runs by the textbook; exact match is lost alike in all of them.
    let ofProbability = last[..<3].compactMap { $0.probability?.drop }
    let mean = ofProbability.reduce(0, +) / 3
    let variance = ofProbability.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2
    let interval = try #require(result.recipes[0].probabilityDrop?.interval)
    #expect(variance > 0 && abs(interval.upper - mean - 4.302652729911275 * (variance / 3).squareRoot()) < 1e-9)
    #expect(result.recipes[0].againstFirst == nil)
    #expect(abs(try #require(result.recipes[1].againstFirst).mean - (means[1] - means[0])) < 1e-12)
    let readme = try tiny.read("reports/README.md")
    #expect(readme.contains("## Recipes beside each other") && readme.contains("| full | 2 | "))
    #expect(try tiny.read("reports/results.json").contains("\"against_first\""))
  }

  @Test("without a target accuracy that is reached, an arm says so in the table of equal accuracy")
  func unreached() throws {
    try tiny.writeExperiment("base: false", arms: "[{arm: lora, recipe: lora.yaml, learning_rate: 1e-9}]")
    let result = try tiny.run()
    let best = try #require(result.runs[0].points.compactMap(\.target?.accuracy).max())
    #expect(best < 0.5)
    #expect(result.runs[0].matched == nil)
    #expect(try tiny.read("reports/README.md").contains("| lora | 1 | never reached"))
  }

  private func expectRefusal(_ words: [String], _ body: () throws -> Void) throws {
    let fault = try #require(throws: InputError.self) { try body() }
    for word in words { #expect("\(fault)".contains(word), "\(fault)") }
  }
}

/// Thrown in the middle of an experiment.
private struct Stopped: Error {}

/// Throws at the last of so many events.
private final class Countdown {
  private var left: Int
  init(_ count: Int) { left = count }
  func tick() throws {
    left -= 1
    if left == 0 { throw Stopped() }
  }
}

private final class Events {
  private(set) var names: [String] = []
  func add(_ name: String) { names.append(name) }
}

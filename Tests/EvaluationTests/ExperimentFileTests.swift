import Diagnostics
import Evaluation
import Testing

@Suite("Experiment files")
struct ExperimentFileTests {
  let tiny: TinyExperiment

  init() throws { tiny = try TinyExperiment() }

  @Test("defaults: everything of the suite, seed 1, the base as a control, the last checkpoint kept")
  func defaults() throws {
    try tiny.write("e.yaml", "experiment: e\ncheckpoints: [5]\narms: [{arm: a, recipe: full.yaml}]")
    let experiment = try Experiment.read(tiny.path("e.yaml"))
    #expect(experiment.share == .all)
    #expect(experiment.arms.map(\.seeds) == [[1]])
    #expect(experiment.scoresBase)
    #expect(experiment.keep == .last)
    #expect(experiment.steps == nil && experiment.matchAccuracy == nil && experiment.suite == nil)
    #expect(experiment.arms.map(\.recipe) == [tiny.path("full.yaml")])
  }

  @Test(
    "what is wrong is refused in one line that names the key and a remedy",
    arguments: [
      ("checkpoint: [4]", "checkpoint: unknown key; did you mean 'checkpoints'?"),
      ("checkpoints: [4, 2]", "checkpoints: are not ascending"),
      ("checkpoints: [2, 3]", "each a multiple of the first"),
      ("checkpoints: [0]", "checkpoints: are not"),
      ("checkpoints: [x]", "checkpoints: are not"),
      ("checkpoints: [2]\nsteps: 4", "checkpoints: do not end with step 4"),
      ("checkpoints: [4]\nshare: 5/4", "share: '5/4' is not above 0"),
      ("checkpoints: [4]\nmatch_accuracy: 88", "match_accuracy: is not a number above 0"),
      ("checkpoints: [4]\nkeep: lst", "did you mean 'last'?"),
      ("checkpoints: [4]\nseeds: [1, 1]", "seeds: are not different whole numbers"),
      ("checkpoints: [4]\nseeds: [-1]", "seeds: are not different whole numbers"),
      ("checkpoints: [4]\nbase: maybe", "base: is neither true nor false"),
      ("", "checkpoints: is missing"),
    ])
  func refusals(text: String, words: String) throws {
    try expectRefusal("experiment: e\narms: [{arm: a, recipe: full.yaml}]\n\(text)", words)
  }

  @Test(
    "and so is what is wrong with arms",
    arguments: [
      ("", "arms: is not a list of arms"),
      ("arms: []", "arms: is not a list of arms"),
      ("arms: [{recipe: full.yaml}]", "arms[0].arm: is missing"),
      ("arms: [{arm: a}]", "arms[0].recipe: is missing"),
      ("arms: [{arm: a/b, recipe: full.yaml}]", "arms[0].arm: is not a name"),
      ("arms: [{arm: .., recipe: full.yaml}]", "arms[0].arm: is not a name"),
      ("arms: [{arm: base, recipe: full.yaml}]", "arms[0].arm: 'base'"),
      ("arms: [{arm: a, recipe: full.yaml, learning_rat: 1e-3}]", "did you mean 'learning_rate'?"),
      ("arms: [{arm: a, recipe: full.yaml, learning_rate: 0}]", "arms[0].learning_rate: is not a number"),
      ("arms: [{arm: a, recipe: full.yaml}, {arm: a, recipe: lora.yaml}]", "'a' is given twice"),
    ])
  func arms(text: String, words: String) throws {
    try expectRefusal("experiment: e\ncheckpoints: [4]\n\(text)", words)
  }

  @Test("a name that would leave its folder is refused")
  func name() throws {
    try expectRefusal("experiment: ../e\ncheckpoints: [4]\narms: [{arm: a, recipe: full.yaml}]", "experiment: is not")
  }

  @Test("steps that do not end at the last checkpoint, a recipe of another base, an unknown arm or seed")
  func session() throws {
    try tiny.writeExperiment()
    try tiny.write("experiment.yaml", try tiny.read("experiment.yaml").replacing("steps: 4\n", with: ""))
    try expectFault("arm full has 12 steps") { try tiny.run() }
    try tiny.writeExperiment()
    try expectFault("--arm: 'ful' is not an arm") { try tiny.run(selection: .init(arms: ["ful"])) }
    try expectFault("--seed: 3 is not a seed") { try tiny.run(selection: .init(seeds: [3])) }
    try tiny.writeRecipe("full", "method: full\nbase: another-model")
    try expectFault("base: is 'another-model'") { try tiny.run() }
    #expect(!tiny.exists("out"))
    #expect(!tiny.exists("reports"))
  }

  private func expectRefusal(_ text: String, _ words: String) throws {
    try tiny.write("e.yaml", text)
    try expectFault(words) { _ = try Experiment.read(tiny.path("e.yaml")) }
  }
}

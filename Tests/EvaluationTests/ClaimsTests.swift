import Diagnostics
import Evaluation
import Foundation
import Gating
import Reporting
import Testing

@Suite("Claims about an experiment on a tiny model")
struct ClaimsTests {
  let tiny: TinyExperiment

  init() throws { tiny = try TinyExperiment() }

  private let head = """
    claims: c
    models: [{model: tiny, results: reports/results.json}]
    methods: [{method: LoRA, arms: [lora, fast]}]
    list:
    """

  /// - Parameter more: of the model's entry.
  private func session(_ list: String, more: String = "") throws -> ClaimsResult {
    let head = head.replacingOccurrences(of: "results.json}", with: "results.json\(more)}")
    try tiny.write("claims.yaml", "\(head)\(list)\n")
    return try ClaimsSession(try ClaimsFile.read(tiny.path("claims.yaml"))).result(
      command: "holdfast claims", createdBy: "test")
  }

  @Test("an experiment's results are judged, and every page says the same; what is not run is named")
  func whole() throws {
    try tiny.write(
      "experiment.yaml",
      """
      experiment: tiny
      share: 1/2
      seeds: [1, 2]
      until: {target_accuracy: 0.5, window: 1, every: 2, at_most: 40}
      arms: [{arm: lora, recipe: lora.yaml}, {arm: fast, recipe: lora.yaml, learning_rate: 3e-2}, {arm: full, recipe: full.yaml}]
      """)
    let experiment = try tiny.run(selection: .init(arms: ["lora", "fast"]))
    let result = try session(
      """

        - {claim: It costs nothing, costs: {method: LoRA, share: 0, within: 1}}
        - {claim: It keeps, keeps: {arms: [lora], within: 0.05}}
        - {claim: It keeps more, keeps_more: [{what: in all, arm: lora, than: full}]}
      """)
    let form = try #require(result.models.first?.forms.first)
    #expect(form.form == "raw")
    #expect(form.arms.map(\.arm) == ["lora", "fast"])
    let drops = experiment.runs.prefix(while: { $0.seed == 1 || $0.seed == 2 }).filter { $0.arm == "lora" }.compactMap {
      $0.points.last?.ability.drop
    }
    let base = try #require(experiment.base.ability.tasks).map(\.base).reduce(0, +) / 2
    #expect(abs((form.arms[0].cost?.mean ?? 0) - drops.reduce(0, +) / 2 / base) < 1e-12)
    #expect(form.claims.count == 3)
    #expect(form.claims[2].word == .cannotBeTold)
    #expect(form.claims[2].parts.first?.missing == "full not run")
    try result.write(to: tiny.path("page"))
    for file in ["page/README.md", "page/index.html"] {
      let page = try tiny.read(file)
      for words in [
        "It keeps more", "cannot be told", "full not run", "Run: 4 of 6", "Not run: 2 (2 that train",
        "full (seeds 1, 2)", "it costs at most 5 %",
      ] {
        #expect(page.contains(words), "\(words) not in \(file): \(page)")
      }
    }
    #expect(try tiny.read("page/results.json").contains(#""keeps_more""#))
    #expect(result.terminalTable().contains("cannot be told"))
  }

  @Test(
    "what cannot be meant is refused, key named",
    arguments: [
      ("\n  - {claim: a}", "has nothing that would show it"),
      (
        "\n  - {claim: a, keeps: {arms: [lora], within: 1}, costs: {method: LoRA, share: 0, within: 1}}",
        "in several ways"
      ),
      ("\n  - {claim: a, costs: {method: LoR, share: 0, within: 1}}", "did you mean 'LoRA'?"),
      ("\n  - {claim: a, costs: {method: LoRA, share: 9, within: 1}}", "share: is not a number from 0 to 1"),
      ("\n  - {claim: a, keeps: {arms: [lora]}}", "within: is missing"),
      ("\n  - {claim: a, keeps_more: [{what: w, arm: lora}]}", "than: is missing"),
      (" []", "list: is not a list of claims"),
    ])
  func refusals(list: String, words: String) throws {
    try tiny.write("claims.yaml", "\(head)\(list)\n")
    try expectFault(words) { _ = try ClaimsFile.read(tiny.path("claims.yaml")) }
  }

  @Test("results that are not there or not an experiment's, and an arm that none has, are refused by name")
  func results() throws {
    let list = "\n  - {claim: It keeps, keeps: {arms: [lorra], within: 0.05}}"
    try expectFault("models[0].results") { _ = try session(list) }
    try tiny.write("reports/results.json", "{\"schema_version\": 1}")
    try expectFault("is not an experiment's results.json") { _ = try session(list) }
    try tiny.writeExperiment(arms: "[{arm: lora, recipe: lora.yaml}, {arm: fast, recipe: lora.yaml}]")
    try tiny.run(selection: .init(arms: ["lora"]))
    try expectFault("'lorra' is no arm of") { _ = try session(list) }
  }

  @Test(
    "a model has its own arms for those of the claims, and a checkpoint that is not taken apart yet leaves its claim open"
  )
  func names() throws {
    try tiny.writeExperiment(arms: "[{arm: lora, recipe: lora.yaml}, {arm: fast, recipe: lora.yaml}]")
    try tiny.run(selection: .init(arms: ["lora"]))
    let list = """

      - {claim: It keeps, keeps: {arms: [usual], within: 0.05}}
      - {claim: It keeps more, keeps_more: [{what: in all, arm: usual, than: fast}]}
      - {claim: It lies there, spread: {modules: all attention, than: all MLP, share: 0.5, layers: 0.5}}
      """
    let result = try session(list, more: ", arms: {usual: lora}, diagnosis: reports/cells.json")
    let model = try #require(result.models.first)
    #expect(model.arms == ["usual": "lora"] && model.diagnosis == nil)
    let claims = try #require(model.forms.first?.claims)
    #expect(claims[0].parts.map(\.what) == ["lora"])
    #expect(claims[1].parts.map(\.what) == ["in all: lora beside fast"])
    #expect(claims[2].word == .cannotBeTold)
    try expectFault("did you mean 'usual'?") { _ = try session(list, more: ", arms: {usal: lora}") }
    try tiny.write("reports/cells.json", "{}")
    try expectFault("models[0].diagnosis") {
      _ = try session(list, more: ", arms: {usual: lora}, diagnosis: reports/cells.json")
    }
  }
}

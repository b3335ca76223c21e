import Foundation
import Testing

@Suite("experiment")
struct ExperimentCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder.projectThatOnceKnew()
    let lines = (0..<16).map { #"{"prompt": "say \#($0)", "completion": " \#($0 % 2 == 0 ? "yes" : "no")"}"# }
    try folder.write("train.jsonl", lines.joined(separator: "\n"))
    for (name, more) in [("full", "method: full"), ("lora", "method: lora\nlora: {r: 4}")] {
      try folder.write(
        "\(name).yaml",
        """
        recipe: \(name)
        data: {train: train.jsonl, test: train.jsonl}
        \(more)
        learning_rate: 1e-3
        steps: 40
        batch: 2
        """)
    }
    try folder.write(
      "experiment.yaml",
      """
      experiment: tiny
      checkpoints: [4, 20, 40]
      match_accuracy: 0.9
      arms:
        - {arm: full, recipe: full.yaml}
        - {arm: lora, recipe: lora.yaml, seeds: [1, 2]}
      """)
  }

  @Test("killed at eight random moments it ends with the results of one that was left alone")
  func killed() throws {
    let begun = Date()
    let whole = try holdfast("experiment", "experiment.yaml", in: folder)
    #expect(whole.status == 0, "\(whole.err)")
    // A row for the base and for each of the three runs, and where the report is.
    let lines = whole.out.split(separator: "\n")
    #expect(lines.map { $0.split(separator: " ").first } == ["arm", "base", "full,", "lora,", "lora,", "report:"])
    #expect(lines.last.map(String.init) == "report: \(folder.path)/reports/tiny/README.md")
    var seconds = Date().timeIntervalSince(begun)
    let expected = try findings()
    for name in ["out", "reports"] { try FileManager.default.removeItem(at: folder.file(name)) }

    var generator = SeededGenerator(state: 3)
    var kills = 0
    for _ in 1...40 where kills < 8 {
      let run = try Running(["experiment", "experiment.yaml"], in: folder)
      Thread.sleep(forTimeInterval: seconds * Double.random(in: 0.02...0.5, using: &generator))
      run.kill()
      if try run.finish().status == Program.killed {
        kills += 1
      } else {
        // The machine got faster since the first run was timed: what came out is the same, and it begins anew with earlier moments.
        #expect(try findings() == expected)
        for name in ["out", "reports"] { try FileManager.default.removeItem(at: folder.file(name)) }
        seconds /= 2
      }
    }
    #expect(kills > 2)
    #expect(try holdfast("experiment", "experiment.yaml", in: folder).status == 0)
    #expect(try findings() == expected)
  }

  @Test("says of a checkpoint what the gate says of it")
  func gate() throws {
    #expect(try holdfast("experiment", "experiment.yaml", "--arm", "lora", "--seed", "2", in: folder).status == 0)
    let results = try object(Data(contentsOf: folder.file("reports/tiny/results.json")))
    let run = try #require((results["runs"] as? [[String: Any]])?.last)
    let point = try #require((run["points"] as? [[String: Any]])?.last)
    let ability = try #require(point["ability"] as? [String: Any])

    let gate = try holdfast("gate", "--candidate", "out/tiny/lora/seed-2/checkpoint-40", "--json", in: folder)
    let candidate = try #require((try gate.object()["candidates"] as? [[String: Any]])?.first)
    let verdict = try #require(candidate["verdict"] as? [String: Any])
    let overall = try #require((verdict["units"] as? [[String: Any]])?.first)
    let degradation = try #require(overall["degradation"] as? [String: Any])
    let evidence = try #require(overall["evidence"] as? [String: Any])
    #expect(point["verdict"] as? String == verdict["outcome"] as? String)
    #expect(ability["drop"] as? Double == degradation["drop"] as? Double)
    #expect(ability["few_shot"] as? Double == degradation["candidate"] as? Double)
    #expect(ability["drop_interval"] as? [String: Double] == evidence["drop_interval"] as? [String: Double])
  }

  @Test("a recipe that changed since is refused in one line, and nothing is touched")
  func changed() throws {
    #expect(try holdfast("experiment", "experiment.yaml", "--arm", "full", in: folder).status == 0)
    try folder.replace("learning_rate: 1e-3", with: "learning_rate: 2e-3", in: "full.yaml")
    try expectRefusal(
      "experiment", "experiment.yaml", in: folder, besides: "ledger", naming: ["out/tiny/full/seed-1", "--out"])
  }

  @Test("an unknown key, an unknown arm, a recipe that is not there")
  func files() throws {
    try expectRefusal(
      "experiment", "experiment.yaml", "--arm", "ful", in: folder, besides: "ledger", naming: ["--arm", "full"])
    try folder.replace("recipe: full.yaml", with: "recipe: none.yaml", in: "experiment.yaml")
    try expectRefusal("experiment", "experiment.yaml", in: folder, besides: "ledger", naming: ["none.yaml"])
    try folder.replace("match_accuracy", with: "match_acuracy", in: "experiment.yaml")
    try expectRefusal(
      "experiment", "experiment.yaml", in: folder, besides: "ledger", naming: ["match_acuracy", "match_accuracy"])
  }

  /// results.json without the fields that say when and how long.
  private func findings() throws -> String {
    try folder.read("reports/tiny/results.json").split(separator: "\n")
      .filter { !$0.contains("_seconds\"") && !$0.contains("\"generated_at\"") }.joined(separator: "\n")
  }

  private func object(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}

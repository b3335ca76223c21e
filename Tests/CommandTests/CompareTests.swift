import Foundation
import Testing

@Suite("holdfast compare")
struct CompareTests {
  @Test("two runs: exact match is each run's own; a run beside itself has no difference and no mark")
  func runs() throws {
    let folder = try TemporaryFolder.project()
    let base = try holdfast("run", "--json", in: folder).object()
    let tuned = try holdfast("run", "--model", golden("adapters/plain"), "--json", in: folder).object()
    let (first, second) = (try #require(base["run"] as? String), try #require(tuned["run"] as? String))
    let finished = try holdfast("compare", first, second, first, "--json", in: folder)
    let object = try finished.object()
    #expect(object["schema_version"] as? Int == 1 && object["admission"] == nil)
    #expect((object["reference"] as? [String: Any])?["run"] as? String == first)
    let pairs = try pairs(finished)
    #expect(pairs.map { ($0["other"] as? [String: Any])?["run"] as? String } == [second, first])
    for (pair, other) in zip(pairs, [tuned, base]) {
      // Two tasks of 32 items, at three k.
      #expect(pair["questions"] as? Int == 192 && pair["items"] as? Int == 64 && pair["blocks"] as? Int == 16)
      #expect(units(pair) == ["overall", "copying", "facts"])
      for name in ["echo", "answer"] {
        for (side, run) in [("reference", base), ("other", other)] {
          let means = try exactMatch(of: name, in: run)
          let task = try task(name, of: pair)
          #expect(try number(task["zero_shot"], side) == means["0"])
          #expect(try number(task["few_shot"], side) == ((means["1"] ?? .nan) + (means["4"] ?? .nan)) / 2)
        }
      }
    }
    for name in ["echo", "answer"] {
      let task = try task(name, of: pairs[1])
      #expect(try number(task["few_shot"], "difference") == 0)
      #expect(try number(task["zero_shot"], "difference") == 0)
      #expect(task["marked"] as? Bool == false)
    }
    let table = try holdfast("compare", first, first, in: folder)
    #expect(table.status == 0 && table.err == "")
    let lines = table.out.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("echo ") } && lines.allSatisfy { $0.count <= 80 && !$0.hasSuffix(" *") })
  }

  @Test("two baselines by hand: means, differences and the clustered interval, from the files; no ledger is made")
  func baselines() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try write("a.json", in: folder) { task, item, k in task == "answer" || (item * 7 + k) % 5 < 4 }
    try write("b.json", in: folder) { task, item, k in task == "answer" || (item * 3 + k) % 7 < 1 + item / 8 % 4 }
    let finished = try holdfast(
      "compare", "a.json", "b.json", "--json", "--ledger", "none.sqlite", "-o", "c.md", "-o", "c.csv", "-o", "c.json",
      in: folder)
    #expect(!FileManager.default.fileExists(atPath: folder.file("none.sqlite").path))
    #expect(try finished.object()["admission"] as? String == "a.json")
    let pair = try #require(try pairs(finished).first)
    let (a, b) = (try items("a.json", task: "echo", in: folder), try items("b.json", task: "echo", in: folder))
    #expect(a.count == 64)
    let count = Double(a.count)
    let means = [a, b].map { side in side.values.reduce(0.0) { sum, found in sum + found.mean } / count }
    let difference = means[1] - means[0]
    var residuals: [Int: Double] = [:]
    for (item, found) in a {
      residuals[found.block, default: 0] += (b[item]?.mean ?? .nan) - found.mean - difference
    }
    #expect(residuals.count == 16)
    let squares = residuals.values.reduce(0) { $0 + $1 * $1 }
    let error = (squares / (count * count) * 16 / 15).squareRoot()
    #expect(error > 3.0.squareRoot() / count, "the floor would hide it")
    // t at .975 with 15 degrees of freedom.
    let margin = 2.131449545559323 * error

    let few = try #require(try task("echo", of: pair)["few_shot"] as? [String: Any])
    try expect(few, "reference", means[0])
    try expect(few, "other", means[1])
    try expect(few, "difference", difference)
    try expect(few["interval"], "lower", difference - margin)
    try expect(few["interval"], "upper", difference + margin)
    let answer = try task("answer", of: pair)
    try expect(answer["few_shot"], "reference", 1)
    try expect(answer["few_shot"], "difference", 0)
    // Two families of one task each weigh the same.
    let overall = try #require((pair["units"] as? [[String: Any]])?.first)
    try expect(overall["few_shot"], "difference", difference / 2)

    #expect(try folder.read("c.md").contains("| **overall** |"))
    #expect(try folder.read("c.csv").split(separator: "\r\n").count == 1 + 2 * 64 * 3)
    #expect(try folder.read("c.json").contains("\"schema_version\" : 1"))
  }

  @Test("a run against a baseline: what is lost has a mark, what is not has none, by the adjusted p value")
  func marks() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try write("knew.json", in: folder) { task, _, _ in task == "echo" }
    let run = try #require(try holdfast("run", "--json", in: folder).object()["run"] as? String)
    let pair = try #require(try pairs(holdfast("compare", "knew.json", run, "--json", in: folder)).first)
    let (echo, answer) = (try task("echo", of: pair), try task("answer", of: pair))
    #expect(try number(echo["few_shot"], "difference") == -1)
    #expect(try number(answer["few_shot"], "difference") == 0)
    #expect(echo["marked"] as? Bool == true && answer["marked"] as? Bool == false)
    let p = try number(echo["few_shot"], "p_value")
    let adjusted = try number(echo, "p_value_adjusted")
    #expect(p > 0 && p < 1e-6 && abs(adjusted / p - 2) < 1e-9)
    let table = try holdfast("compare", "knew.json", run, in: folder)
    let lines = table.out.split(separator: "\n").map { String($0) }
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(table.out)")
    #expect(lines.contains { $0.hasPrefix("echo ") && $0.contains(" 100.0 → 0.0 ") && $0.hasSuffix(" *") })
    #expect(lines.contains { $0.hasPrefix("answer ") && $0.contains(" 0.0 → 0.0 ") && !$0.hasSuffix("*") })
    #expect(lines.contains { $0.hasPrefix("overall ") && $0.contains(" 50.0 → 0.0 ") && $0.contains(" -50.0 ") })
  }

  @Test(
    "a recipe's runs are one side: means over them, wider intervals than of one run, each run's questions in the CSV file"
  )
  func recipe() throws {
    let folder = try TemporaryFolder.project()
    let base = try #require(try holdfast("run", "--json", in: folder).object()["run"] as? String)
    let runs = try ["plain", "rslora", "patterns"].map { name in
      try #require(
        try holdfast("run", "--model", golden("adapters/\(name)"), "--json", in: folder).object()["run"] as? String)
    }
    let recipe = "tuned=\(runs.joined(separator: ","))"
    let finished = try holdfast("compare", base, recipe, "--json", "-o", "c.csv", "-o", "c.md", in: folder)
    let pair = try #require(try pairs(finished).first)
    let other = try #require(pair["other"] as? [String: Any])
    #expect(other["name"] as? String == "tuned" && other["source"] as? String == recipe && other["model"] == nil)
    #expect((other["runs"] as? [[String: Any]])?.map { $0["run"] as? String } == runs)
    let alone = try runs.map { try #require(try pairs(holdfast("compare", base, $0, "--json", in: folder)).first) }
    let means = try alone.map { try number(try task("echo", of: $0)["few_shot_probability"], "difference") }
    #expect(Set(means).count == 3, "the runs differ")
    let probability = try task("echo", of: pair)["few_shot_probability"]
    try expect(probability, "difference", means.reduce(0, +) / 3)
    #expect(try folder.read("c.csv").split(separator: "\r\n").count == 1 + 3 * 2 * 32 * 3)
    #expect(try folder.read("c.md").contains("Runs are a sample here, beside blocks"))
    let table = try holdfast("compare", base, recipe, in: folder)
    #expect(table.out.contains("\nother      ") && runs.allSatisfy { table.out.contains($0) }, "\(table.out)")
  }

  @Test("a model stands for its newest finished run, whatever its share: by path and by name")
  func models() throws {
    let folder = try TemporaryFolder.project()
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    let half = try holdfast("run", "--share", "1/2", "--json", in: folder).object()["run"] as? String
    let path = golden("checkpoints/llama-tied")
    let first = try #require(try pairs(holdfast("compare", "baseline.json", path, "--json", in: folder)).first)
    #expect(half != nil && (first["other"] as? [String: Any])?["run"] as? String == half)
    #expect(first["questions"] as? Int == 96 && first["only_reference"] as? Int == 96)
    // This baseline admits nothing: its tasks are shown, and nothing is weighed together.
    #expect(units(first) == [])
    #expect(try task("echo", of: first)["counts"] as? Bool == false)
    let whole = try holdfast("run", "--json", in: folder).object()["run"] as? String
    let finished = try holdfast("compare", "llama-tied", "baseline.json", "--json", in: folder)
    let reference = try finished.object()["reference"] as? [String: Any]
    #expect(whole != nil && reference?["run"] as? String == whole)
    let second = try #require(try pairs(finished).first)
    #expect(second["questions"] as? Int == 192 && second["only_reference"] as? Int == 0)
    #expect(try holdfast("compare", "baseline.json", path, in: folder).out.contains("\n(echo) "))
  }

  private func pairs(_ finished: Finished) throws -> [[String: Any]] {
    #expect(finished.status == 0 && finished.err == "", "\(finished.err)")
    return try #require(try finished.object()["comparisons"] as? [[String: Any]])
  }

  private func units(_ pair: [String: Any]) -> [String?] {
    (pair["units"] as? [[String: Any]] ?? []).map { $0["unit"] as? String }
  }

  private func task(_ name: String, of pair: [String: Any]) throws -> [String: Any] {
    let tasks = try #require(pair["tasks"] as? [[String: Any]])
    return try #require(tasks.first { $0["task"] as? String == name })
  }

  private func number(_ object: Any?, _ key: String) throws -> Double {
    let object = try #require(object as? [String: Any])
    return try #require(object[key] as? Double)
  }

  private func expect(
    _ object: Any?, _ key: String, _ expected: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let value = try number(object, key)
    #expect(abs(value - expected) < 1e-9, "\(key)", sourceLocation: sourceLocation)
  }

  /// Mean exact match by k, as `run --json` has it.
  private func exactMatch(of name: String, in run: [String: Any]) throws -> [String: Double] {
    try #require(try task(name, of: run)["exact_match"] as? [String: Double])
  }

  /// A copy of the project's baseline whose answers with demonstrations are made up, by task, item's number and k.
  private func write(
    _ name: String, in folder: TemporaryFolder, isRight: (String, Int, Int) -> Bool
  ) throws {
    let lines = try folder.read("baseline.json").split(separator: "\n").map { line -> String in
      guard let found = line.firstMatch(of: /"item":"([a-z]+)-(\d+)","k":(\d+),/), let item = Int(found.2),
        let k = Int(found.3)
      else { return String(line) }
      let right = k > 0 && isRight(String(found.1), item, k) ? 1 : 0
      return String(line).replacing(/"exact_match":[01]/, with: "\"exact_match\":\(right)")
    }
    try folder.write(name, lines.joined(separator: "\n") + "\n")
  }

  /// The block of each item of a task, and its mean exact match over k > 0, from a baseline file itself.
  private func items(
    _ name: String, task: String, in folder: TemporaryFolder
  ) throws -> [String: (block: Int, mean: Double)] {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.file(name))) as? [String: Any]
    let lines = try #require(json?["scores"] as? [[String: Any]])
    let asked = lines.filter { $0["task"] as? String == task && ($0["k"] as? Int ?? 0) > 0 }
    return Dictionary(grouping: asked) { $0["item"] as? String ?? "" }.mapValues { lines in
      let right = lines.map { $0["exact_match"] as? Int ?? -1 }
      return (block: lines[0]["block"] as? Int ?? -1, mean: Double(right.reduce(0, +)) / Double(right.count))
    }
  }
}

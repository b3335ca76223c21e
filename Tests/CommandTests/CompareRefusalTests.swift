import Foundation
import Testing

@Suite("What holdfast compare refuses, and which run it takes")
struct CompareRefusalTests {
  /// Scores a model and returns its run's id.
  private func run(_ arguments: String..., in folder: TemporaryFolder) throws -> String {
    let finished = try Running(["run", "--json"] + arguments, in: folder).finish()
    return try #require(try finished.object()["run"] as? String, "\(finished.err)")
  }

  private func other(_ finished: Finished) throws -> String? {
    let pairs = try #require(try finished.object()["comparisons"] as? [[String: Any]])
    return (pairs.first?["other"] as? [String: Any])?["run"] as? String
  }

  @Test("what no run, baseline or model is called, and a baseline that is not there")
  func unknown() throws {
    let folder = try TemporaryFolder.project()
    let known = try run(in: folder)
    try expectRefusal(
      "compare", known, "nobody", in: folder, besides: "ledger.sqlite", naming: ["nobody", "'holdfast runs'"])
    try expectRefusal(
      "compare", known, "none.json", in: folder, besides: "ledger.sqlite", naming: ["none.json", "no such file"])
    try expectRefusal("compare", known, known, "--ledger", "none.sqlite", in: folder, naming: ["none.sqlite"])
    try expectRefusal("compare", known, known, "-o", "a.html", in: folder, naming: ["a.html", ".md, .json, .csv"])
    let alone = try holdfast("compare", known, in: folder)
    #expect(alone.status == 2 && alone.out == "" && alone.err.contains("at least one other"))
  }

  @Test("a recipe of one run, of one model twice, and one as the base of a CSV file")
  func recipes() throws {
    let folder = try TemporaryFolder.project()
    let known = try run(in: folder)
    let tuned = try run("--model", golden("adapters/plain"), in: folder)
    for (recipe, words) in [
      ("r=\(tuned)", "is a recipe of one run"), ("r=\(tuned),\(tuned)", "is a model that it has already"),
      ("r=\(tuned),", "is no run or model"), ("=\(tuned),\(known)", "is no run or model"),
      ("r=\(tuned),none.json", "none.json: no such file"),
    ] {
      try expectRefusal("compare", known, recipe, in: folder, besides: "ledger.sqlite", naming: [words])
    }
    try expectRefusal(
      "compare", "r=\(tuned),\(known)", known, "-o", "c.csv", in: folder, besides: "ledger.sqlite",
      naming: ["r=\(tuned),\(known)", "a row of a CSV file has one base"])
  }

  @Test("a run of another suite is refused; a model's own run of the reference's suite is found beneath newer ones")
  func suites() throws {
    let folder = try TemporaryFolder.project()
    let old = try run(in: folder)
    try folder.replace("version: 1", with: "version: 2", in: "suite/suite.yaml")
    let new = try run(in: folder)
    try expectRefusal(
      "compare", old, new, in: folder, besides: "ledger.sqlite", naming: [new, "the suite's content hash differs"])
    #expect(try other(holdfast("compare", old, "llama-tied", "--json", in: folder)) == old)

    let tuned = try run("--model", golden("adapters/plain"), in: folder)
    for (name, model) in [("plain", "PATH"), (golden("adapters/plain"), golden("adapters/plain"))] {
      try expectRefusal(
        "compare", old, name, in: folder, besides: "ledger.sqlite",
        naming: [name, "has no finished run of it on the questions of suite 'tiny'", "run --model \(model) --suite"])
    }
    // Of models alone, the questions are the newest that all of them were asked.
    try folder.replace("version: 2", with: "version: 3", in: "suite/suite.yaml")
    #expect(try run(in: folder) != new)
    let models = try holdfast("compare", "llama-tied", "plain", "--json", in: folder)
    let reference = try models.object()["reference"] as? [String: Any]
    #expect(reference?["run"] as? String == new)
    #expect(try other(models) == tuned)
  }

  @Test("a name that several models have is refused with the runs that it may mean")
  func ambiguous() throws {
    let folder = try TemporaryFolder.project()
    let base = try run(in: folder)
    try folder.makeFolder("a")
    try folder.makeFolder("b")
    try folder.copy(golden("adapters/plain"), as: "a/tuned")
    try folder.copy(golden("adapters/nil"), as: "b/tuned")
    let runs = [try run("--model", "a/tuned", in: folder), try run("--model", "b/tuned", in: folder)]
    try expectRefusal(
      "compare", base, "tuned", in: folder, besides: "ledger.sqlite", naming: ["tuned", "2 models"] + runs)
    #expect(try other(holdfast("compare", base, "a/tuned", "--json", in: folder)) == runs[0])
  }

  @Test("a path stands for what is there now, not for what was scored there once")
  func overwritten() throws {
    let folder = try TemporaryFolder.project()
    let base = try run(in: folder)
    try folder.copy(golden("adapters/plain"), as: "out")
    let scored = try run("--model", "out", in: folder)
    #expect(try other(holdfast("compare", base, "out", "--json", in: folder)) == scored)
    try FileManager.default.removeItem(at: folder.file("out"))
    // What is gone is known by its name.
    #expect(try other(holdfast("compare", base, "out", "--json", in: folder)) == scored)
    try folder.copy(golden("adapters/nil"), as: "out")
    try expectRefusal(
      "compare", base, "out", in: folder, besides: "ledger.sqlite", naming: ["out", "has no finished run of it"])
  }
}

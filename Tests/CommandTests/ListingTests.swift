import Foundation
import Testing

@Suite("What the ledger holds, as JSON")
struct ListingTests {
  @Test("runs, verdicts and an item's questions: an object a line, newest first, with what the tables show")
  func lines() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    #expect(try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder).status == 1)
    let runs = try holdfast("runs", "--json", in: folder).objects()
    #expect(runs.map { $0["model"] as? String } == ["plain", "llama-tied"])
    #expect(
      Set(runs[0].keys) == [
        "run", "model", "model_id", "suite", "suite_hash", "share", "draws", "numerics", "kernel", "threads",
        "started_at",
        "finished_at", "seconds", "command",
      ])
    let id = try #require(runs[0]["run"] as? String)
    #expect(try holdfast("runs", in: folder).out.contains(id))
    #expect(
      runs[0]["suite"] as? String == "tiny" && runs[0]["draws"] as? Int == 1 && runs[0]["share"] as? String == "1/1")
    #expect(try holdfast("runs", "--json", "--limit", "1", in: folder).objects().count == 1)

    let verdicts = try holdfast("runs", "--verdicts", "--json", in: folder).objects()
    try #require(verdicts.count == 1)
    #expect(verdicts[0]["outcome"] as? String == "fail" && verdicts[0]["run"] as? String == id)
    #expect((verdicts[0]["baseline"] as? String)?.hasSuffix("baseline.json") == true)
    let gate = try #require(verdicts[0]["gate"] as? String)
    #expect(try holdfast("report", "--gate", gate, in: folder).status == 0)

    let questions = try holdfast("show", "echo-20", "--json", in: folder).objects()
    #expect(questions.map { $0["k"] as? Int } == [0, 1, 4])
    #expect(
      questions.allSatisfy {
        $0["run"] as? String == id && ($0["context"] as? String)?.hasSuffix("Q: echo 20\nA:") == true
      })
    #expect(
      questions.allSatisfy {
        ($0["tokens"] as? [Int])?.isEmpty == false && ($0["logprob"] as? Double).map { $0 < 0 } == true
      })
  }

  @Test("a run that was stopped has no end, and an empty ledger no line")
  func unfinished() throws {
    let folder = try TemporaryFolder.project(items: 2048)
    let running = try Running(["run"], in: folder)
    let deadline = Date().addingTimeInterval(60)
    var runs: [[String: Any]] = []
    while Date() < deadline, runs.isEmpty {
      let listed = try holdfast("runs", "--json", in: folder)
      if listed.status == 0 { runs = try listed.objects() }
    }
    running.kill()
    _ = try running.finish()
    #expect(runs.count == 1)
    #expect(runs.first?["finished_at"] == nil && runs.first?["seconds"] == nil && runs.first?["started_at"] != nil)
  }

  @Test("baseline save says as JSON what baseline show does")
  func baseline() throws {
    let folder = try TemporaryFolder.project()
    let saved = try holdfast("baseline", "save", "--json", in: folder)
    let shown = try holdfast("baseline", "show", "--json", in: folder)
    #expect(saved.status == 0 && saved.out == shown.out)
    #expect(try saved.object()["admission"] != nil)
  }
}

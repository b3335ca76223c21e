import Foundation
import Testing

@Suite(
  "SmolLM2 on the smoke suite", .serialized,
  .enabled(if: SmolLM2.isFetched, "run 'holdfast fetch smollm2-135m-instruct' for the tests with a real model"))
struct SmokeTests {
  @Test("a run killed at ten random moments ends with the rows of one that was left alone")
  func killed() throws {
    try expectSameRowsAfterKills(in: try SmolLM2.project(), ["run", "--share", "1/3", "--json"])
  }

  @Test("two processes that run the same suite into one ledger at once end with the result of one")
  func twoAtOnce() throws {
    let folder = try SmolLM2.project()
    let command = ["run", "--share", "1/3", "--json", "--threads", "1"]
    let both = [try Running(command, in: folder), try Running(command, in: folder)]
    let results = try both.map { try findings(try $0.finish()) }
    let alone = try holdfast("run", "--share", "1/3", "--json", "--ledger", "alone.sqlite", in: folder)
    #expect(results == [try findings(alone), try findings(alone)])
    if LedgerDump.isAvailable {
      #expect(try LedgerDump.rows(folder.file("ledger.sqlite")) == LedgerDump.rows(folder.file("alone.sqlite")))
    }
  }

  @Test("the base passes its own gate with exit code 0, and a model ruined by noise fails with exit code 1")
  func gate() throws {
    let folder = try SmolLM2.project()
    let model = try #require(SmolLM2.path)
    let saved = try holdfast("baseline", "save", in: folder)
    #expect(saved.status == 0, "\(saved.err)")

    let base = try holdfast("gate", "--candidate", model, in: folder)
    #expect(base.status == 0, "\(base.out)")
    #expect(base.out.contains("PASS: "))
    let report = try folder.read("reports/report.md")
    #expect(report.contains("PASS"))

    let noise = ["perturb", "--model", model, "--scale", "2", "--seed", "1", "--out", "noise"]
    #expect(try Running(noise, in: folder).finish().status == 0)
    let ruined = try holdfast("gate", "--candidate", "noise", in: folder)
    #expect(ruined.status == 1, "\(ruined.out)")
    #expect(ruined.out.contains("FAIL: "))

    // Every score is in the ledger by now: the worst verdict of several decides.
    let both = try holdfast("gate", "--candidate", model, "--candidate", "noise", "--json", in: folder)
    #expect(both.status == 1)
    #expect((try both.object()["candidates"] as? [Any])?.count == 2)

    // Six blocks a task are too few to judge by, for whoever has not read them all before.
    let half = try holdfast(
      "gate", "--candidate", "noise", "--share", "1/2", "--ledger", "new.sqlite", in: folder)
    #expect(half.status == 3)
    #expect((half.out + half.err).contains("too little evidence"))
    let again = try holdfast("gate", "--candidate", "noise", "--share", "1/2", in: folder)
    #expect(again.status == 1)
    #expect(try folder.read("reports/report.md").contains("share 1/1 was read before and is judged again"))
  }
}

import Foundation
import Testing

@Suite("A run over several machines, and its ledgers brought together")
struct MergeTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder.project() }

  @Test(
    "three parts, merged in any order and twice, are the whole run's rows",
    .enabled(if: LedgerDump.isAvailable, "no sqlite3 here"))
  func shards() throws {
    let parts = ["1.sqlite", "2.sqlite", "3.sqlite"]
    var blocks = 0
    for (place, part) in parts.enumerated() {
      let run = try holdfast("run", "--shard", "\(place + 1)/3", "--ledger", part, "--json", in: folder).object()
      blocks += try #require(run["blocks"] as? Int)
    }
    #expect(blocks == 16)
    #expect(try holdfast("merge", "3.sqlite", "1.sqlite", "2.sqlite", "--into", "all.sqlite", in: folder).status == 0)
    let again = try holdfast("merge", "1.sqlite", "2.sqlite", "--into", "all.sqlite", "--json", in: folder)
    #expect(try again.objects().allSatisfy { $0["scores"] as? Int == 0 && $0["runs"] as? Int == 0 })
    // The whole run asks nothing any more.
    let merged = try holdfast("run", "--ledger", "all.sqlite", "--json", in: folder)
    #expect(try merged.object()["rows"] as? Int == 0)
    let once = try holdfast("run", "--ledger", "once.sqlite", "--json", in: folder)
    #expect(try findings(merged) == findings(once))
    // Scores alone: observations of the parts are there besides.
    let scores = try [folder.file("all.sqlite"), folder.file("once.sqlite")].map {
      try LedgerDump.rows($0).filter { $0.split(separator: "|").count == 11 }
    }
    #expect(scores[0] == scores[1])
  }

  @Test("two processes work at two parts at once")
  func together() throws {
    let parts = try ["1", "2"].map {
      try Running(["run", "--shard", "\($0)/2", "--ledger", "\($0).sqlite"], in: folder)
    }
    #expect(try parts.allSatisfy { try $0.finish().status == 0 })
    #expect(try holdfast("merge", "1.sqlite", "2.sqlite", "--into", "all.sqlite", in: folder).status == 0)
    #expect(try holdfast("run", "--ledger", "all.sqlite", "--json", in: folder).object()["known_blocks"] as? Int == 16)
  }

  @Test("what is no part, no ledger, or the ledger itself")
  func refusals() throws {
    try expectRefusal("run", "--shard", "3/2", in: folder, naming: ["--shard", "'3/2' is not a part such as 2/8"])
    try expectRefusal("merge", "none.sqlite", "--into", "all.sqlite", in: folder, naming: ["no such ledger"])
    try folder.write("text.sqlite", "no database\n")
    let finished = try holdfast("merge", "text.sqlite", "--into", "all.sqlite", in: folder)
    expectOneComplaint(finished, naming: ["text.sqlite"])
    let itself = try holdfast("merge", "all.sqlite", "--into", "./all.sqlite", in: folder)
    expectOneComplaint(itself, naming: ["is the ledger that --into names"])
  }
}

import Foundation
import Testing

@Suite("What is written replaces no file that is something else")
struct ReplacedFileTests {
  @Test("a baseline replaces a baseline or nothing: no configuration, no items, no ledger")
  func baseline() throws {
    let folder = try TemporaryFolder.project()
    #expect(try holdfast("run", in: folder).status == 0)
    for file in ["holdfast.yaml", "suite/suite.yaml", "suite/echo.jsonl"] {
      try expectRefusal(
        "baseline", "save", "--out", file, in: folder, besides: "ledger.sqlite",
        naming: [file, "is no baseline, and would be replaced"])
    }
    let ledger = try holdfast("baseline", "save", "--out", "ledger.sqlite", in: folder)
    expectOneComplaint(ledger, naming: ["ledger.sqlite", "would be replaced"])
    #expect(try holdfast("runs", in: folder).status == 0)
    for _ in 0..<2 { #expect(try holdfast("baseline", "save", in: folder).status == 0) }
  }

  @Test("a report replaces neither the baseline nor the configuration, by whatever path, and no ledger")
  func report() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.json").path, withDestinationPath: "baseline.json")
    let candidate = golden("adapters/plain")
    for file in ["baseline.json", "link.json"] {
      try expectRefusal(
        "gate", "--candidate", candidate, "-o", file, in: folder, besides: "ledger.sqlite",
        naming: [file, "is the baseline, and would be replaced"])
    }
    #expect(try holdfast("gate", "--candidate", candidate, in: folder).status == 1)
    try expectRefusal(
      "report", "-o", "baseline.json", in: folder, besides: "ledger.sqlite", naming: ["is the baseline"])
    try folder.write("file", "")
    try expectRefusal(
      "gate", "--candidate", candidate, "--reports", "file", in: folder, besides: "ledger.sqlite",
      naming: ["file", "is no folder"])
  }

  @Test("scores do not replace the requests that they are of, and nothing replaces a ledger")
  func scores() throws {
    let folder = try TemporaryFolder.project()
    try folder.write("requests.jsonl", oneRequest)
    try expectRefusal(
      "score", "--model", golden("checkpoints/llama-tied"), "--requests", "requests.jsonl", "--out", "requests.jsonl",
      in: folder, naming: ["is the requests that are read, and would be replaced"])
    #expect(try holdfast("run", in: folder).status == 0)
    try expectRefusal(
      "score", "--model", golden("checkpoints/llama-tied"), "--requests", "requests.jsonl", "--out", "ledger.sqlite",
      in: folder, naming: ["is a SQLite database, and would be replaced"])
  }
}

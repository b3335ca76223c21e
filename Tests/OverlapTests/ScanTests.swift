import Diagnostics
import Foundation
import Overlap
import Suites
import Testing

@Suite("A scan as a whole")
struct ScanTests {
  /// About 9 MB: several pieces, with every item planted here and there.
  private func mixture(_ folder: DataFolder) throws -> [String] {
    var generator = SplitMix64(seed: 3)
    let words = ["river", "stone", "quiet", "engine", "copper", "table", "narrow", "garden", "signal", "winter", "go"]
    func sentence() -> String { (0..<12).map { _ in words[generator.below(words.count)] }.joined(separator: " ") }
    var lines = ""
    for number in 0..<30_000 {
      lines += try pair(sentence(), sentence() + " \(number)")
      if generator.below(1000) == 0 { lines += try pair("go", "went") }
      if generator.below(1000) == 0 { lines += try pair("Say the past of take", "took") }
      if generator.below(5000) == 0 {
        lines += try pair("The sequel is even better than the brilliant first movie", "x")
      }
    }
    let array = "[" + lines.split(separator: "\n").joined(separator: ",\n") + "]"
    return [
      try folder.write("a.jsonl", lines), try folder.write("b.json", array),
      try folder.write("c.txt", lines.replacing("\"", with: "").replacing("},", with: "\n\n")),
    ]
  }

  @Test("the report is the same whatever the number of threads")
  func threads() throws {
    let folder = try DataFolder()
    let files = try mixture(folder)
    let one = try OverlapScan(suite: verbs, files: files, threads: 1).run()
    #expect(one.contaminated == ["go", "take", "film"])
    #expect(one.of(.exactPair).allSatisfy { $0.occurrences > 40 })
    for threads in [2, 5] {
      #expect(try OverlapScan(suite: verbs, files: files, threads: threads).run() == one)
    }
  }

  @Test("of several errors the first in the data is named, whatever the number of threads")
  func firstError() throws {
    let folder = try DataFolder()
    var lines = Array(repeating: try pair(String(repeating: "word ", count: 40), "x"), count: 60_000)
    lines[20_000] = "{\n"
    lines[50_000] = "[\n"
    let file = try folder.write("a.jsonl", lines.joined())
    for threads in [1, 2, 4] {
      let error = #expect(throws: InputError.self) {
        try OverlapScan(suite: verbs, files: [file], threads: threads).run()
      }
      #expect(error?.field == "line 20001")
    }
  }

  @Test("findings are capped and counted, the first places kept")
  func capped() throws {
    let report = try scan(verbs, "a.jsonl", String(repeating: try pair("go", "went"), count: 500))
    let found = report.of(.exactPair)
    #expect(found.map(\.place.line) == [1, 2, 3])
    #expect(found.map(\.occurrences) == [500, 500, 500])
  }

  @Test("contaminated items are counted by task, and a task that lost more than a fifth has no vote")
  func votes() throws {
    func made(_ name: String) -> TaskDefinition {
      task(name, pool: .first(2), items: (0..<12).map { item("i\($0)", "\(name) \($0)", "result \(name) \($0)") })
    }
    let two = suite(made("alpha"), made("beta"))
    func rows(_ name: String, _ numbers: some Sequence<Int>) throws -> String {
      try numbers.map { try pair("\(name) \($0)", "result \(name) \($0)") }.joined()
    }
    // The first two items of a task are demonstrations.
    let report = try scan(two, "a.jsonl", try rows("alpha", 0..<4) + rows("beta", 5..<8))
    #expect(report.tasks.map(\.contaminated) == [["i2", "i3"], ["i5", "i6", "i7"]])
    #expect(report.tasks.map(\.share) == [0.2, 0.3])
    #expect(report.tasks.map(\.votes) == [true, false])
    #expect(report.withoutVote == ["beta"])
    #expect(report.contaminatedCount == 5)
    #expect(report.contaminatedItems == ["alpha": ["i2", "i3"], "beta": ["i5", "i6", "i7"]])
    let demonstrations = report.findings.filter { $0.task == "alpha" && ["i0", "i1"].contains($0.item) }
    #expect(!demonstrations.isEmpty && demonstrations.allSatisfy { $0.severity != .contaminated })
  }

  @Test("records that straddle two pieces are read whole")
  func straddling() throws {
    let filler = String(repeating: "lorem ipsum dolor ", count: 5000)
    var lines = ""
    for _ in 0..<60 { lines += try pair(filler, "x") + pair("go", "went") }
    let report = try scan(verbs, "a.jsonl", lines, threads: 2)
    #expect(report.of(.exactPair).first?.occurrences == 60)
    #expect(report.files.map(\.records) == [120])
    #expect(report.files.map(\.bytes) == [lines.utf8.count])
  }

  @Test("clean data leave the suite as it is")
  func clean() throws {
    let report = try scan(verbs, "a.jsonl", try pair("What time is it?", "Nearly noon."))
    #expect(report.findings.isEmpty)
    #expect(report.contaminatedCount == 0)
    #expect(report.withoutVote == [])
  }
}

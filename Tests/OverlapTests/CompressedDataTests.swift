import Diagnostics
import Foundation
import Overlap
import Testing

@Suite("Compressed data")
struct CompressedDataTests {
  private let folder: DataFolder

  init() throws { folder = try DataFolder() }

  /// A golden of Tests/Goldens/compression, each with the same lines.
  private func golden(_ name: String) throws -> Data {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: tests.appendingPathComponent("Goldens/compression/\(name)"))
  }

  private func scan(_ name: String, _ bytes: Data) throws -> OverlapReport {
    try OverlapScan(suite: verbs, files: [try folder.write(name, bytes)], threads: 2).run()
  }

  private func refused(_ name: String, _ bytes: Data) throws -> String {
    "\(try #require(#expect(throws: InputError.self) { try scan(name, bytes) }))"
  }

  @Test(
    "gzip and Zstandard are read as what is in them, whatever the name; members, frames and skippable frames are one text",
    arguments: [
      ("lines.jsonl.gz", "a.jsonl.gz"), ("members.jsonl.gz", "a.jsonl.gz"), ("padded.jsonl.gz", "a.jsonl"),
      ("lines.jsonl.zst", "a.JSONL.zst"), ("frames.jsonl.zst", "a.jsonl.zst"), ("lines.jsonl.zst", "a.ndjson.zstd"),
      ("named.jsonl.gz", "a.jsonl.gzip"),
    ])
  func read(file: String, name: String) throws {
    let report = try scan(name, try golden(file))
    let plain = try scan("plain.jsonl", try golden("lines.jsonl"))
    #expect(report.contaminated == ["go", "sing"])
    #expect(report.findings.map(\.place.line) == plain.findings.map(\.place.line))
    #expect(report.files.map(\.bytes) == plain.files.map(\.bytes))
    #expect(report.files.map(\.format) == [.jsonl])
  }

  @Test(
    "the form is the inner name's", arguments: [("a.csv.gz", DataFormat.csv), ("a.txt.gz", .text), ("a.gz", .text)])
  func form(name: String, format: DataFormat) throws {
    #expect(try scan(name, try golden("table.csv.gz")).files.map(\.format) == [format])
  }

  @Test(
    "data that are cut off anywhere are an error that says so", arguments: ["members.jsonl.gz", "frames.jsonl.zst"])
  func cut(file: String) throws {
    let whole = try golden(file)
    var wholeParts = 0
    for length in stride(from: 4, to: whole.count, by: 7) {
      do {
        _ = try scan("a.jsonl", whole.prefix(length))
        // At a member's or frame's end the data are whole.
        wholeParts += 1
      } catch let error as InputError {
        // The first member ends within a line.
        let expected = ["data are cut off", "the data file is empty", "is not valid JSON: "]
        #expect(expected.contains { "\(error)".contains($0) }, "\(length): \(error)")
      }
    }
    #expect(wholeParts < 4)
  }

  @Test("damaged data are an error that says so, and what follows the data too")
  func damaged() throws {
    for file in ["lines.jsonl.gz", "lines.jsonl.zst"] {
      var bytes = try golden(file)
      bytes[bytes.count - 6] ^= 0x10
      #expect(try refused("a.jsonl", bytes).contains("data are damaged: "))
      let more = try golden(file) + Data("more".utf8)
      #expect(try refused("a.jsonl", more).contains("data are damaged: "))
    }
    let padded = try golden("padded.jsonl.gz") + Data("x".utf8)
    #expect(try refused("a.jsonl", padded).contains("damaged: more follows the compressed data"))
    #expect(try refused("a.jsonl", try golden("twice.gz")).contains("is compressed (gzip)"))
  }

  @Test("any byte may be another, and nothing crashes", arguments: ["members.jsonl.gz", "frames.jsonl.zst"])
  func fuzzed(file: String) throws {
    let whole = try golden(file)
    for place in whole.indices {
      for flip: UInt8 in [1, 0x80, 0xFF] {
        var bytes = whole
        bytes[place] ^= flip
        do { _ = try scan("a.jsonl", bytes) } catch is InputError {}
      }
    }
  }

  @Test("a gigabyte in a file of some kilobytes is an error, not a gigabyte of memory", arguments: ["bomb.jsonl.zst"])
  func bomb(file: String) throws {
    #expect(try refused(file, try golden(file)).contains("is longer than 16 MiB"))
  }
}

import Diagnostics
import Foundation
import Overlap
import Testing

@Suite("Hostile data")
struct HostileDataTests {
  private func refused(_ name: String, _ bytes: Data, threads: Int = 2) throws -> InputError {
    let folder = try DataFolder()
    let file = try folder.write(name, bytes)
    return try #require(
      #expect(throws: InputError.self) { try OverlapScan(suite: verbs, files: [file], threads: threads).run() })
  }

  private func refused(_ name: String, _ text: String) throws -> InputError { try refused(name, Data(text.utf8)) }

  @Test(
    "what is not sound JSON is an error that names the line",
    arguments: [
      ("a.jsonl", "{\"prompt\": \"go\"}\n{\"prompt\": \"go", "line 2"),
      ("a.jsonl", "{\"prompt\": \"go\"} x", "line 1"),
      ("a.jsonl", "{\"prompt\" \"go\"}", "line 1"),
      ("a.jsonl", "{\"prompt\": \"\\q\"}", "line 1"),
      ("a.jsonl", "{\"prompt\": \"\\u12", "line 1"),
      ("a.jsonl", "{\"prompt\": go}", "line 1"),
      ("a.jsonl", "\n\n" + String(repeating: "[", count: 100_000), "line 3"),
      ("a.json", "[{\"prompt\": \"go\"},\n{\"prompt\": ", "line 2"),
      ("a.json", "[{\"prompt\": \"go\"}\n", "line 2"),
      ("a.json", "{\"prompt\": \"go\"}}", "line 1"),
      ("a.json", "once upon a time", "line 1"),
      ("a.csv", "prompt,completion\na,b\n\"go,went\nx,y\n", "line 3"),
    ])
  func unsound(name: String, text: String, place: String) throws {
    let error = try refused(name, text)
    #expect(error.field == place, "\(error)")
    #expect(error.file.hasSuffix(name))
  }

  @Test(
    "a line, value or record of 100 MB is an error, not 100 MB of memory", arguments: ["jsonl", "txt", "json", "csv"])
  func endless(form: String) throws {
    var bytes = Data(form == "json" ? "[{\"text\": \"".utf8 : form == "csv" ? "\"".utf8 : "".utf8)
    bytes.append(Data(repeating: UInt8(ascii: "a"), count: 100_000_000))
    let error = try refused("a.\(form)", bytes)
    #expect("\(error)".contains("longer than 16 MiB"))
    #expect(error.field == "line 1")
  }

  @Test(
    "combining marks without end, each of which NFKC makes two, are read and find nothing",
    arguments: [1, 1_001, 100_000])
  func marks(count: Int) throws {
    let folder = try DataFolder()
    let text = "walk" + String(repeating: "\u{344}", count: count)
    let file = try folder.write("a.jsonl", Data("{\"prompt\": \"\(text)\", \"completion\": \"x\"}\n".utf8))
    let report = try OverlapScan(suite: verbs, files: [file], threads: 2).run()
    #expect(report.contaminated.isEmpty)
  }

  @Test(
    "compressed and binary files are named for what they are",
    arguments: [
      ("a.jsonl", [0x1F, 0x8B, 8, 0], "gzip"), ("a.json", [0x28, 0xB5, 0x2F, 0xFD], "Zstandard"),
      ("a.csv", [0x50, 0x4B, 3, 4], "ZIP"), ("a.txt", [0x61, 0, 0x62], "binary"),
      ("a.txt", [0xFF, 0xFE, 0x61, 0], "UTF-16"),
      ("a.parquet", Array("PAR1".utf8), "Parquet"),
    ] as [(String, [UInt8], String)])
  func binary(name: String, bytes: [UInt8], expected: String) throws {
    #expect(try refused(name, Data(bytes)).problem.contains(expected))
  }

  @Test("a missing file, a folder and an empty file are errors")
  func absent() throws {
    let folder = try DataFolder()
    let empty = try folder.write("a.jsonl", "")
    for path in ["\(folder.path)/none.jsonl", folder.path, empty] {
      _ = #expect(throws: InputError.self) { try OverlapScan(suite: verbs, files: [path], threads: 1).run() }
    }
  }

  @Test(
    "bytes that are not UTF-8 are refused by line: words with accents would be missed",
    arguments: ["txt", "csv", "jsonl"])
  func notUTF8(form: String) throws {
    let folder = try DataFolder()
    let line = form == "jsonl" ? #"{"prompt": "caf"# : "caf"
    let bytes = Data("\"go\"\n\n\(line)".utf8) + Data([0xE9]) + Data(form == "jsonl" ? "\"}\n".utf8 : " au lait\n".utf8)
    let fault = #expect(throws: InputError.self) {
      try OverlapScan(suite: verbs, files: [try folder.write("a.\(form)", bytes)], threads: 1).run()
    }
    #expect("\(try #require(fault))".contains("a.\(form): line 3: is not UTF-8 text; save the file as UTF-8"))
    // Half of a surrogate pair is none of these: JSON's own escape is UTF-8.
    let json = Data(#"{"prompt": "go", "completion": "\ud800went"}"#.utf8)
    let report = try OverlapScan(suite: verbs, files: [try folder.write("b.jsonl", json)], threads: 1).run()
    #expect(report.contaminated == ["go"])
  }

  @Test("one byte more or less anywhere never crashes", arguments: ["jsonl", "json", "csv", "txt"])
  func cutAnywhere(form: String) throws {
    let folder = try DataFolder()
    let message = #"{"role": "user", "content": "g\u00e9 \ud83d\ude00 é\"q\""}"#
    let whole = Array(#"[{"messages": [\#(message), {"from": "gpt", "value": [null, -1.5e3]}]}, "x ""y"""]"#.utf8)
    for length in whole.indices {
      let cut = Array(whole[..<length])
      for bytes in [cut, cut + whole[(length + 1)...]] where !bytes.isEmpty {
        let file = try folder.write("a.\(form)", Data(bytes))
        do { _ = try OverlapScan(suite: verbs, files: [file], threads: 1).run() } catch is InputError {}
      }
    }
  }

  @Test("an array of a million words takes the memory of its bytes")
  func manyFields() throws {
    let words = Array(repeating: #""word""#, count: 1_000_000).joined(separator: ",")
    let report = try scan(verbs, "a.jsonl", #"{"texts": [\#(words), "go -> went"]}"#)
    #expect(report.contaminated == ["go"])
  }
}

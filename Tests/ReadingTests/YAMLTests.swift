import Diagnostics
import Foundation
import Reading
import Testing

/// What configurations, suites, recipes, pools and experiments have in common.
@Suite("YAML")
struct YAMLTests {
  private enum Size: String, CaseIterable { case small, large }

  @Test("values are read by type; null counts as absent")
  func values() throws {
    let mapping = try read(
      """
      text: "1"
      empty: ""
      null1: ~
      null2:
      quoted: "null"
      list: [a, b]
      seed: 18446744073709551615
      number: 0.25
      range: [2, 4]
      flag: true
      size: large
      section: {count: 3}
      """)
    #expect(try mapping.text("text") == "1")
    #expect(try mapping.text("empty", mayBeEmpty: true) == "")
    #expect(!mapping.has("null1") && !mapping.has("null2"))
    #expect(try mapping.text("quoted") == "null")
    #expect(try mapping.texts("list") == ["a", "b"])
    #expect(try mapping.texts("text", orOne: true) == ["1"])
    #expect(try mapping.unsigned("seed") == .max)
    #expect(try mapping.number("number", "below 1") { $0 < 1 } == 0.25)
    #expect(try mapping.range("range", in: 1...8) == 2...4)
    #expect(try mapping.boolean("flag") == true)
    #expect(try mapping.choice("size", Size.self) == .large)
    #expect(try mapping.section("section", known: ["count"])?.integer("count", in: 1...3) == 3)
    #expect(try mapping.text("nowhere") == nil)
    #expect(mapping.kind("list") == .list && mapping.kind("section") == .mapping && mapping.kind("nowhere") == nil)
  }

  @Test(
    "a fault names the file, the dotted place and what to do",
    arguments: [
      ("secton: 1", "f.yaml: secton: unknown key; did you mean 'section'?"),
      ("section: {cuont: 1}", "f.yaml: section.cuont: unknown key; did you mean 'count'?"),
      ("section: {count: 4}", "f.yaml: section.count: is not a whole number from 1 to 3; write such a number"),
      ("section: [count]", "f.yaml: section: not a mapping of keys to values; write one 'key: value' a line"),
      ("parts: [{count: 1}, {conut: 1}]", "f.yaml: parts[1].conut: unknown key; did you mean 'count'?"),
      ("parts: []", "f.yaml: parts: is not a list of parts; write one '- count: …' for each"),
      ("parts: {count: 1}", "f.yaml: parts: is not a list of parts; write one '- count: …' for each"),
      ("size: larg", "f.yaml: size: is none of small, large; did you mean 'large'?"),
      ("list: [a, [b]]", "f.yaml: list: an element is not text; write a list such as [a, b]"),
      ("list: a", "f.yaml: list: is not a list; write a list such as [a, b]"),
      ("size: small\nsize: large", "f.yaml: size: not valid YAML: the key is given twice; correct the file's syntax"),
      ("", "f.yaml: the file is empty; write the keys section, parts, size, list"),
      ("~", "f.yaml: the file is empty; write the keys section, parts, size, list"),
      ("- a", "f.yaml: not a mapping of keys to values; write one 'key: value' a line"),
      ("? [a]\n: 1", "f.yaml: a key is not text; write one 'key: value' a line"),
    ])
  func faults(_ text: String, _ message: String) throws {
    let error = try #require(throws: InputError.self) {
      let mapping = try YAMLMapping(text: text, file: "f.yaml", known: ["section", "parts", "size", "list"])
      _ = try mapping.section("section", known: ["count"])?.integer("count", in: 1...3)
      _ = try mapping.choice("size", Size.self)
      _ = try mapping.texts("list")
      _ = try mapping.sections("parts", of: "parts", such: "- count: …", known: ["count"])
    }
    #expect(error.description == message)
  }

  @Test("syntax errors name the line", arguments: [("a: 1\nb: 'c", 2), ("a: 1\n\tb: 2", 2), ("a: 1\n---\nb: 2", 2)])
  func syntax(_ text: String, _ line: Int) throws {
    let error = try #require(throws: InputError.self) { try read(text) }
    #expect(error.problem.hasPrefix("not valid YAML: "))
    #expect(error.field?.hasPrefix("line ") == true, "\(error)")
  }

  @Test(
    "a few lines that stand for billions of values are refused at once, as values and as keys",
    arguments: ["b: *a39", "? *a39\n: 1", "? [*a39, *a39]\n: 1"])
  func bomb(_ last: String) throws {
    var text = "a0: &a0 [x, x]\n"
    for level in 1..<40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    let error = try #require(throws: InputError.self) { try read(text + last) }
    #expect(error.description.hasPrefix("f.yaml: line 15: not valid YAML: it stands for more than 100000 values; "))
  }

  @Test("an alias that stands for a little is read")
  func alias() throws {
    #expect(try read("a: &a [x, y]\nb: *a\n").texts("b") == ["x", "y"])
  }

  @Test(
    "nesting is bounded in every spelling",
    arguments: [
      "a: " + String(repeating: "[", count: 65), String(repeating: "- ", count: 100_000) + "a",
      String(repeating: "? ", count: 100_000) + "a", String(repeating: "{a: ", count: 100_000),
      (0..<80).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
    ])
  func depth(_ text: String) throws {
    let error = try #require(throws: InputError.self) { try read(text) }
    #expect(error.description.contains("f.yaml: line "))
    #expect(error.problem == "not valid YAML: nested deeper than 64")
  }

  @Test("a path is relative to the file that names it")
  func paths() throws {
    let mapping = try YAMLMapping(text: "a: x\nb: /x", file: "folder/f.yaml", known: nil)
    #expect(try mapping.filePath("a") == "folder/x")
    #expect(try mapping.filePath("b") == "/x")
  }

  @Test("an error about a path that a file names is told by that file and its key")
  func naming() throws {
    let missing = InputError("/r/data/x.jsonl", "no such file", remedy: "check the path")
    let error = try #require(throws: InputError.self) {
      try Reading.naming([("/r/b", "b"), ("/r/data/x.jsonl", "data.train")], by: "/r/a.yaml") { throw missing }
    }
    #expect(error.description == "/r/a.yaml: data.train: 'data/x.jsonl': no such file; check the path")
    let other = InputError("/r/other", "no such file", remedy: "check the path")
    #expect(throws: other) { try Reading.naming("/r/b", by: "/r/a.yaml", "b") { throw other } }
    let line = InputError("/r/b", field: "line 3", "not valid JSON", remedy: "correct the line")
    #expect(throws: line) { try Reading.naming("/r/b", by: "/r/a.yaml", "b") { throw line } }
  }

  private func read(_ text: String) throws -> YAMLMapping {
    try YAMLMapping(text: text, file: "f.yaml", known: nil)
  }
}

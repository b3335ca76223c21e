import Foundation
import Testing

/// Files that others wrote, with text that a terminal or a CI's log would obey.
@Suite("Text from files obeys nobody: escapes, one line, no command at a line's begin, errors of bounded length")
struct HostileTextTests {
  /// In JSON's and YAML's double quotes.
  private static let escaped = #"fam\u001b[2J\u202e\u2028\u0007\n::error::pwned\n##vso[task.complete]"#
  private static let shown = #"fam\u{1B}[2J\u{202E}\u{2028}\u{7}\u{A}::error::pwned\u{A}\u{23}#vso[task.complete]"#

  private func expectHarmless(_ finished: Finished, _ place: SourceLocation = #_sourceLocation) {
    for text in [finished.out, finished.err] {
      let odd = text.unicodeScalars.filter {
        switch $0.properties.generalCategory {
        case .control: $0 != "\n"
        case .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
      }
      #expect(odd.isEmpty, "\(odd.map { String($0.value, radix: 16) })", sourceLocation: place)
      for line in text.split(separator: "\n") {
        let line = line.drop { $0.isWhitespace }
        #expect(!line.hasPrefix("::") && !line.contains("##vso["), "\(line)", sourceLocation: place)
      }
    }
  }

  @Test("a committed baseline whose family, task and model are hostile: gate in three forms, plan, show, list, report")
  func baseline() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let text = try folder.read("baseline.json")
    try folder.write(
      "baseline.json",
      text.replacing("\"family\":\"copying\"", with: "\"family\":\"\(Self.escaped)\"")
        .replacing("\"name\":\"llama-tied\"", with: "\"name\":\"\(Self.escaped)\""))
    let candidate = golden("adapters/plain")
    let table = try holdfast("gate", "--candidate", candidate, in: folder)
    #expect(table.status == 1, "\(table.err)")
    let json = try holdfast("gate", "--candidate", candidate, "--json", in: folder)
    #expect(json.status == 1 && json.out.contains(#"fam\u001b[2J\u202e\u2028\u0007\n"#))
    #expect(String(describing: try json.object()).contains("pwned"))
    let quiet = try holdfast("gate", "--candidate", candidate, "--quiet", in: folder)
    #expect(quiet.out.split(separator: "\n").count == 1)
    for finished in [table, json, quiet] { expectHarmless(finished) }
    for arguments in [
      ["plan"], ["plan", "--json"], ["baseline", "show"], ["baseline", "show", "--json"], ["baseline", "list"],
      ["baseline", "list", "--json"], ["report"], ["report", "--json"], ["runs"], ["runs", "--verdicts"],
      ["compare", "baseline.json", "baseline.json"],
    ] {
      let finished = try Running(arguments, in: folder).finish()
      #expect([0, 3].contains(finished.status), "\(arguments): \(finished.err)")
      expectHarmless(finished)
    }
    for file in ["report.md", "report.html", "report.json"] {
      expectHarmless(Finished(status: 0, out: try folder.read("reports/\(file)"), err: ""))
    }
  }

  @Test("NOT GATEABLE names a family that is hostile on one line")
  func notGateable() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let text = try folder.read("baseline.json")
    try folder.write("baseline.json", text.replacing("\"family\":\"copying\"", with: "\"family\":\"\(Self.escaped)\""))
    try folder.write(
      "holdfast.yaml", try folder.read("holdfast.yaml") + "\ngate: {max_drop: {families: {nobody: 0.1}}}\n")
    let finished = try holdfast("gate", "--candidate", golden("adapters/plain"), "--quiet", in: folder)
    #expect(finished.status == 3)
    #expect((finished.out + finished.err).contains(Self.shown), "\(finished.out)\(finished.err)")
    expectHarmless(finished)
  }

  @Test("a suite's item, a YAML key, a value, a JSON key and an option that are hostile are told on one line")
  func inputs() throws {
    func refused(_ arguments: [String], in folder: TemporaryFolder) throws {
      let finished = try Running(arguments, in: folder).finish()
      #expect(finished.status == 2)
      #expect(finished.complaints.count == 1, "\(finished.err)")
      #expect(finished.err.contains(#"\u{1B}[2J\u{202E}\u{2028}"#), "\(finished.err)")
      expectHarmless(finished)
    }
    let item = try TemporaryFolder.project()
    try item.replace("\"id\": \"echo-20\"", with: "\"id\": \"\(Self.escaped)\"", in: "suite/echo.jsonl")
    try refused(["run"], in: item)
    let validated = try holdfast("validate", in: item)
    #expect(validated.status == 2 && validated.out.contains("item '\(Self.shown)'"), "\(validated.out)")
    expectHarmless(validated)
    expectHarmless(try holdfast("validate", "--json", in: item))

    let key = try TemporaryFolder.project()
    try key.write("holdfast.yaml", try key.read("holdfast.yaml") + "\n\"\(Self.escaped)\": 1\n")
    try refused(["run"], in: key)

    let value = try TemporaryFolder.project()
    try value.writeConfiguration(base: "\"\(Self.escaped)\"", suite: "suite")
    try refused(["run"], in: value)

    let request = try TemporaryFolder.project()
    try request.write("requests.jsonl", "{\"context\": \"a\", \"continuation\": \"b\", \"\(Self.escaped)\": 1}\n")
    try refused(["score", "--model", golden("checkpoints/llama-tied"), "--requests", "requests.jsonl"], in: request)

    let option = try holdfast("run", "--\u{1B}[2J\u{202E}\n::error::pwned", in: request)
    #expect(option.status == 2)
    expectHarmless(option)
  }

  @Test("a tensor whose name is hostile")
  func tensor() throws {
    let folder = try TemporaryFolder.project()
    try folder.copy(golden("adapters/plain"), as: "adapter")
    let file = "adapter/adapter_model.safetensors"
    let data = try Data(contentsOf: folder.file(file))
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: data[8..<8 + length], as: UTF8.self)
    let name = try #require(header.firstMatch(of: /"(base_model[^"]*)"/)?.output.1)
    let renamed = Data(header.replacing(name, with: Self.escaped).utf8)
    let size = withUnsafeBytes(of: UInt64(renamed.count).littleEndian) { Data($0) }
    try folder.write(file, size + renamed + data[(8 + length)...])
    let finished = try holdfast("run", "--model", "adapter", in: folder)
    expectOneComplaint(finished, naming: [file, Self.shown])
    expectHarmless(finished)
  }

  @Test("a ledger's row that is hostile", .enabled(if: LedgerDump.isAvailable, "no sqlite3 here"))
  func ledger() throws {
    let folder = try TemporaryFolder.project()
    #expect(try holdfast("run", in: folder).status == 0)
    let hostile = "char(27) || '[2J' || char(8238) || char(10) || '::error::pwned'"
    let sqlite = Process()
    sqlite.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    sqlite.arguments = [
      "sqlite3", folder.file("ledger.sqlite").path,
      "UPDATE models SET name = \(hostile);",
    ]
    try sqlite.run()
    sqlite.waitUntilExit()
    #expect(sqlite.terminationStatus == 0)
    for arguments in [["runs"], ["show", "echo-16"]] {
      let finished = try Running(arguments, in: folder).finish()
      #expect(finished.status == 0 && finished.out.contains(#"\u{1B}[2J\u{202E}"#), "\(finished.out)\(finished.err)")
      expectHarmless(finished)
    }
  }

  @Test("an item's prompt and answer are shown with their line breaks, and nothing else that is not seen")
  func prompt() throws {
    let folder = try TemporaryFolder.project()
    try folder.replace("\"input\": \"echo 20\"", with: "\"input\": \"\(Self.escaped)\"", in: "suite/echo.jsonl")
    #expect(try holdfast("run", in: folder).status == 0)
    let finished = try holdfast("show", "echo-20", in: folder)
    #expect(finished.status == 0, "\(finished.err)")
    #expect(finished.out.contains("Q: fam\\u{1B}[2J\\u{202E}\\u{2028}\\u{7}\n\\u{3A}:error::pwned\n\\u{23}#vso["))
    expectHarmless(finished)
  }

  @Test("a key, value or path of 900 kB makes no line of that length")
  func length() throws {
    let long = String(repeating: "k", count: 900_000)
    let folder = try TemporaryFolder.project()
    let configuration = try folder.read("holdfast.yaml")
    // What grows with the square of a length is ended by the system; another machine's other work is not counted.
    let bounded = shell("ulimit -t 60; exec \"$@\"")
    func expectShort(_ text: String, _ words: String) throws {
      try folder.write("holdfast.yaml", text)
      let finished = try holdfast("run", in: folder, wrapper: bounded)
      expectOneComplaint(finished, naming: [words])
      #expect(finished.err.utf8.count < 1000)
    }
    try expectShort(configuration + "\n? \(long)\n: 1\n", "kkk… (900000 bytes): unknown key; known keys: ")
    try expectShort(configuration + "\ngate:\n  ? \(long)\n  : 1\n", "kkk… (900")
    try expectShort(configuration.replacing("suites: [suite]", with: "suites: [\(long)]"), "no such suite folder")
    try expectShort(configuration.replacing("base: ", with: "base: \(long)"), "kkk… (900")
    try folder.write("holdfast.yaml", configuration)
    try folder.write("requests.jsonl", "{\"context\": \"a\", \"continuation\": \"b\", \"\(long)\": 1}\n")
    let finished = try holdfast(
      "score", "--model", golden("checkpoints/llama-tied"), "--requests", "requests.jsonl", in: folder, wrapper: bounded
    )
    expectOneComplaint(finished, naming: ["line 1.kkk", "… (900"])
    #expect(finished.err.utf8.count < 1000)
  }

  @Test(
    "what the system refuses is told in its words: a folder in a file's place, a file in a folder's, a name too long")
  func system() throws {
    let folder = try TemporaryFolder.project()
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    try folder.makeFolder("folder/inside")
    let long = String(repeating: "a", count: 300)
    for (path, words) in [
      ("folder", "it is a folder"), ("baseline.json/x.json", "File exists"), ("\(long).json", "File name too long"),
    ] {
      let saved = try holdfast("baseline", "save", "--out", path, in: folder)
      expectOneComplaint(saved, naming: [words])
      #expect(!saved.err.contains("Cocoa") && !saved.err.contains("couldn"))
    }
    let made = try holdfast(
      "perturb", "--model", golden("checkpoints/llama-tied"), "--scale", "1", "--out", "baseline.json/x", in: folder)
    expectOneComplaint(made, naming: ["baseline.json/x", "File exists"])
    let read = try holdfast("tokenize", "--model", golden("checkpoints/llama-tied"), "--in", "folder", in: folder)
    expectOneComplaint(read, naming: ["folder", "it is a folder"])
  }
}

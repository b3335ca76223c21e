import Foundation
import Testing

@Suite(
  "Standard streams that cannot be written: what was found is kept, the exit code stands, the broken stream is told last"
)
struct BrokenOutputTests {
  static let brokenStreams = [
    #"exec "$@" >/dev/full"#, #"exec "$@" >&-"#, #"exec "$@" <&- >&-"#,
    #"exec 3>&1; { "$@" 3>&-; echo $? >code.$$; } | true; exit "$(cat code.$$)""#,
  ]

  @Test("of a gate that FAILs: exit code 1, whole reports, a kept gate", arguments: brokenStreams)
  func fails(script: String) throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let gate = try holdfast(
      "gate", "--candidate", golden("adapters/plain"), "-o", "junit.xml", in: folder, wrapper: shell(script))
    #expect(gate.status == 1, "\(gate.err)")
    expectBrokenStreamLast(gate)
    try expectReports(in: folder)
    #expect(try holdfast("report", in: folder).out.contains("FAIL"))
  }

  @Test("of a gate that PASSes, and of one that is NOT GATEABLE", arguments: brokenStreams)
  func otherVerdicts(script: String) throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let config = try folder.read("holdfast.yaml")
    try folder.write(
      "holdfast.yaml",
      config
        + "\ngate: {max_drop: {overall: 0.99, family: off, task: off}, "
        + "max_drop_largest_k: off, max_error_ratio: off, min_retention: off}\n")
    let pass = try holdfast(
      "gate", "--candidate", golden("adapters/plain"), "--adaptive", "--quiet", in: folder, wrapper: shell(script))
    #expect(pass.status == 0, "\(pass.err)")
    expectBrokenStreamLast(pass)
    let other = try TemporaryFolder.project()
    #expect(try holdfast("baseline", "save", in: other).status == 0)
    let refused = try holdfast(
      "gate", "--candidate", golden("adapters/plain"), "--json", in: other, wrapper: shell(script))
    #expect(refused.status == 3)
    expectBrokenStreamLast(refused)
    try #expect(other.read("reports/report.json").contains("too little evidence"))
  }

  @Test("without standard error, or any stream, the verdict is the same, and nothing is printed into a file")
  func noStreams() throws {
    for script in [#"exec "$@" 2>&-"#, #"exec "$@" 2>/dev/full"#, #"exec "$@" <&- >&- 2>&-"#] {
      let folder = try TemporaryFolder.projectThatOnceKnew()
      let gate = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder, wrapper: shell(script))
      #expect(gate.status == 1)
      #expect(gate.err == "")
      try expectReports(in: folder)
      #expect(try holdfast("report", in: folder).status == 0)
    }
  }

  @Test("where a report cannot be written, the verdict is printed and every other file written: exit code 2")
  func unwritableReport() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try folder.write("file", "")
    let gate = try holdfast(
      "gate", "--candidate", golden("adapters/plain"), "--reports", "file/below", "-o", "junit.xml", in: folder)
    #expect(gate.status == 2)
    #expect(gate.out.contains("FAIL: "))
    #expect(!gate.out.contains("report: "))
    #expect(gate.complaints.last?.contains("file/below/report.html") == true, "\(gate.err)")
    #expect(try folder.read("junit.xml").hasSuffix("</testsuites>\n"))
    #expect(try holdfast("report", in: folder).status == 0)
  }

  @Test(
    "a verb that is about its output alone ends with 2 and one line where that cannot be written",
    arguments: [
      ["runs"], ["runs", "--json"], ["show", "echo-20"], ["baseline", "show"], ["baseline", "list"], ["validate"],
      ["plan"], ["report"], ["fetch", "--list"], ["--version"], ["help", "gate"], ["init", "--print"],
      ["tokenize", "--model", golden("checkpoints/llama-tied")],
      ["compare", "baseline.json", "baseline.json"], ["overlap", "--data", "clean.jsonl"],
    ])
  func outputAlone(arguments: [String]) throws {
    let folder = try Self.judged.get()
    #expect([0, 1, 3].contains(try run(arguments, folder, #"exec "$@""#).status))
    // A verb that reads standard input has nothing to print without it.
    for script in Self.brokenStreams.prefix(arguments[0] == "tokenize" ? 2 : 3) {
      let finished = try run(arguments, folder, script)
      #expect(finished.status == 2)
      #expect(finished.err.contains("standard output: cannot be written ("))
      #expect(finished.err.split(separator: "\n").count(where: { $0.contains("error: ") }) == 1, "\(finished.err)")
    }
    // That the reader has seen enough is no fault.
    let gone = try run(arguments, folder, Self.brokenStreams[3])
    #expect(gone.status == 0)
    #expect(!gone.err.contains("cannot be written"), "\(gone.err)")
  }

  @Test("a finding that is not 0 stands: items in the data, errors in a suite")
  func findings() throws {
    let folder = try Self.judged.get()
    for script in Self.brokenStreams {
      #expect(try run(["overlap", "--data", "taken.jsonl"], folder, script).status == 1)
      #expect(try run(["validate", "broken"], folder, script).status == 2)
    }
  }

  /// A folder in which a gate has judged; what the tests here ask changes nothing in it.
  private static let judged = Result {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    _ = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    try folder.write(
      "clean.jsonl", #"{"prompt": "Which way is it to the harbour?", "completion": "Down the hill."}"# + "\n")
    try folder.write("taken.jsonl", #"{"prompt": "Q: echo 20\nA:", "completion": " word 20"}"# + "\n")
    try folder.write("broken/suite.yaml", "suite: broken\n")
    return folder
  }

  private func run(_ arguments: [String], _ folder: TemporaryFolder, _ script: String) throws -> Finished {
    try Running(arguments, in: folder, input: "\"Hello\"\n", wrapper: shell(script)).finish()
  }

  private func expectBrokenStreamLast(_ finished: Finished, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(finished.out == "", sourceLocation: sourceLocation)
    #expect(
      finished.complaints.last?.hasPrefix("holdfast: warning: standard output: cannot be written (") == true,
      "\(finished.err)", sourceLocation: sourceLocation)
  }

  private func expectReports(in folder: TemporaryFolder, sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(try folder.read("reports/report.html").hasPrefix("<!"), sourceLocation: sourceLocation)
    #expect(try folder.read("reports/report.html").hasSuffix("</html>\n"), sourceLocation: sourceLocation)
    #expect(try folder.read("reports/report.md").contains("FAIL"), sourceLocation: sourceLocation)
    let report = try JSONSerialization.jsonObject(with: Data(folder.read("reports/report.json").utf8))
    #expect((report as? [String: Any])?["candidates"] != nil, sourceLocation: sourceLocation)
  }
}

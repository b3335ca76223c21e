import Foundation
import Suites
import Testing

@Suite("Validation")
struct FindingTests {
  @Test("the suites in the box are without errors", arguments: ["smoke", "core"])
  func boxed(name: String) {
    let findings = Suite.findings(in: repository.appendingPathComponent("suites/\(name)").path)
    #expect(findings.filter { $0.severity == .error } == [])
  }

  @Test("the smoke suite is without warnings")
  func smoke() { #expect(Suite.findings(in: smokeSuite) == []) }

  @Test("every task's errors are listed, not only the first")
  func all() throws {
    let folder = try SuiteFolder()
    try folder.task("first", items: itemLines(64), changes: ["shotz": "1"])
    try folder.task("second", items: itemLines(64), changes: ["template": "none", "family": "Not A Slug"])
    let errors = Suite.findings(in: folder.path).filter { $0.severity == .error }
    #expect(errors.map(\.task) == ["first", "second", "second"])
    #expect(errors.map(\.field) == ["shotz", "family", "template"])
    #expect(Suite.findings(in: "/nowhere").map(\.severity) == [.error])
  }

  @Test(
    "what weakens the evidence is a warning, and the suite still loads",
    arguments: [
      ("[0, 4]", itemLines(40), "3 blocks: a task of fewer than 4 never votes"),
      ("[1, 4]", itemLines(64), "without 0 and a k above it"),
      ("[0, 4]", itemLines(64) + [item("x", "Question, 3!", "y")], "is but for form the input of 'item-3'"),
      ("[0, 4]", itemLines(64) + [item("x", "answer 3", "question 3")], "is 'item-3' turned round"),
      ("[0, 4]", itemLines(64) + [item("x", "y", String(repeating: "long ", count: 9) + "z")], "longer than 40"),
      ("[0, 4]", itemLines(64) + [item("x", " y", "z")], "begins or ends with a space"),
      (
        "[0, 4]",
        itemLines(64).map { number in
          number.replacingOccurrences(of: #""answer [1-5][0-9]""#, with: #""same""#, options: .regularExpression)
        }, "the commonest answer alone scores"
      ),
    ])
  func warnings(shots: String, items: [String], message: String) throws {
    let folder = try SuiteFolder()
    try folder.task(items: items, changes: ["shots": shots])
    let findings = Suite.findings(in: folder.path)
    #expect(findings.map(\.severity) == [.warning])
    #expect(findings.contains { $0.message.contains(message) })
    _ = try Suite.load(folder.path)
  }

  @Test("a template that ends in a space and a separator without the stop are warned of")
  func template() throws {
    let folder = try SuiteFolder()
    try folder.task(items: itemLines(64), changes: ["template": #""{input} ""#, "separator": #"" | ""#])
    #expect(Suite.findings(in: folder.path).map(\.field) == ["template", "separator"])
  }

  @Test("blocks whose labels are uneven are warned of")
  func balance() throws {
    let folder = try SuiteFolder()
    let lines =
      itemLines(16, labels: ["yes", "no"])
      + (0..<24).map { itemLines(1, from: 20 + 2 * $0, labels: ["yes", "no"]) }.flatMap { $0 }
      + (0..<24).map { itemLines(1, from: 101 + 2 * $0, labels: ["yes", "no"]) }.flatMap { $0 }
    try folder.task(items: lines)
    #expect(
      Suite.findings(in: folder.path).map(\.message) == [
        "labels differ by more than one in 6 of 6 blocks, first in block 0"
      ])
  }
}

private func item(_ id: String, _ input: String, _ output: String) -> String {
  #"{"id": "\#(id)", "input": "\#(input)", "output": "\#(output)"}"#
}

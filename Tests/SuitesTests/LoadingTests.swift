import Diagnostics
import Foundation
import Suites
import Testing

@Suite("Loading a suite")
struct LoadingTests {
  @Test("the smoke suite: four tasks in four families, twelve blocks each")
  func smoke() throws {
    let suite = try Suite.load(smokeSuite)
    #expect(suite.name == "smoke")
    #expect(suite.tasks.map(\.name) == ["capitalise", "copy-words", "first-of-list", "plural"])
    #expect(Set(suite.tasks.map(\.family)).count == 4)
    #expect(suite.tasks.allSatisfy { $0.blockCount == 12 && $0.shots == [0, 1, 4] && $0.scoredItems.count == 48 })
    #expect(suite.tasks[3].chance == 1.0 / 48)
  }

  @Test("chance is the majority share of the scored answers or 1 / |choices|, the larger")
  func chance() throws {
    let folder = try SuiteFolder()
    try folder.task("even", items: itemLines(64, labels: ["yes", "no", "maybe"]))
    try folder.task(
      "uneven",
      items: itemLines(40, labels: ["yes", "no"])
        + itemLines(24, from: 100, labels: ["yes", "no"])
        .map { $0.replacingOccurrences(of: #""output": "no""#, with: #""output": "yes""#) })
    let suite = try Suite.load(folder.path)
    #expect(suite.tasks[0].chance == 1.0 / 3)
    #expect(suite.tasks[1].chance == 36.0 / 48)
  }

  @Test(
    "a bad key or value in a task file is refused by name",
    arguments: [
      ("shotz", "[0]", "echo.yaml: shotz: unknown key; did you mean 'shots'?"),
      ("shots", "[4, 1]", "echo.yaml: shots: is not an ascending list"),
      ("shots", "[0, many]", "echo.yaml: shots: is not a whole number from 0 to 1024"),
      ("shots", "[0, 40]", "echo.yaml: shots: 40 shots, but block 0 has 16 items to draw them from"),
      ("block", "0", "echo.yaml: block: is not a whole number from 1 to 1024"),
      ("block", "99999999999999999999", "echo.yaml: block: is not a whole number"),
      ("pool", "64", "echo.yaml: pool: leaves none of the 64 items to score"),
      ("closed", "64", "echo.yaml: closed: stands beside 'pool'"),
      ("conditions", "[gold, random]", "echo.yaml: conditions: 'random' is a control"),
      ("conditions", "[golden]", "echo.yaml: conditions: 'golden' is not a condition; did you mean 'gold'?"),
      ("items", "../echo.jsonl", "echo.yaml: items: '../echo.jsonl' is not the name of a file in the same folder"),
      ("items", "missing.jsonl", "echo.yaml: items: 'missing.jsonl' is not in the folder"),
      ("template", "no slot", "echo.yaml: template: has {input} 0 times"),
      ("template", "'{input} {input}'", "echo.yaml: template: has {input} 2 times"),
      ("family", "Two Words", "echo.yaml: family: 'Two Words' is not a name"),
      ("task", "other", "echo.yaml: task: 'other' is not the file's name"),
      ("version", "", "echo.yaml: version: is missing; add 'version:' and its value"),
      ("stop", "[a]", "echo.yaml: stop: is not text"),
      ("source", "{a: [}", "echo.yaml: line"),
      ("licence", "a\nlicence: b", "licence: not valid YAML: the key is given twice"),
    ])
  func badField(key: String, value: String, message: String) throws {
    let folder = try SuiteFolder()
    try folder.task(items: itemLines(64), changes: [key: value])
    try expectRefusal(folder, message)
  }

  @Test(
    "a bad line of an items file is refused by its number",
    arguments: [
      ("not json", "echo.jsonl: line 65: not valid JSON"),
      (#"{"id": "a", "input": "b"}"#, "echo.jsonl: line 65: 'output' is missing"),
      (#"{"id": "a", "input": "b", "output": 3}"#, "echo.jsonl: line 65: 'output' is not of the right type"),
      (#"["a"]"#, "echo.jsonl: line 65: not a JSON object"),
      (
        #"{"id": "a", "input": "b", "output": "c", "alias": []}"#,
        "echo.jsonl: line 65.alias: unknown key; did you mean 'aliases'?"
      ),
      (#"{"id": "item-3", "input": "b", "output": "c"}"#, "echo.yaml: item 'item-3', id: is given to two items"),
      (#"{"id": "a", "input": "question 3", "output": "c"}"#, "item 'a', input: is also the input of 'item-3'"),
      (#"{"id": "A b", "input": "b", "output": "c"}"#, "item 'A b', id: is not a name"),
      (#"{"id": "a", "input": "b", "output": ""}"#, "item 'a', output: '' is empty"),
      (#"{"id": "a", "input": "b", "output": " c"}"#, "item 'a', output: ' c' begins or ends with a space"),
      (#"{"id": "a", "input": "b", "output": "c\nd"}"#, "contains a line break"),
      (#"{"id": "a", "input": "b", "output": "c", "aliases": ["c"]}"#, "item 'a', aliases: repeats an answer"),
      (#"{"id": "a", "input": "b", "output": "c", "choices": ["c", "d"]}"#, "choices: differ from the first item's"),
    ])
  func badLine(line: String, message: String) throws {
    let folder = try SuiteFolder()
    try folder.task(items: itemLines(64) + [line])
    try expectRefusal(folder, message)
  }

  @Test("labels must hold the answer, and be enough for balanced shots")
  func labels() throws {
    let folder = try SuiteFolder()
    try folder.task(
      items: itemLines(64, labels: ["yes", "no"]).map {
        $0.replacingOccurrences(of: #""output": "no""#, with: #""output": "never""#)
      })
    try expectRefusal(folder, "output: is not among the choices")
    let pool = itemLines(16, labels: ["yes", "no"]).map {
      $0.replacingOccurrences(of: #""output": "no""#, with: #""output": "yes""#)
    }
    try folder.task(items: pool + itemLines(48, from: 16, labels: ["yes", "no"]))
    try expectRefusal(folder, "4 balanced shots need 2 demonstrations of 'no', block 0 has 0")
  }

  @Test("an empty task, an empty file, a binary file, deep nesting and aliases of aliases are refused, not crashed on")
  func hostile() throws {
    let folder = try SuiteFolder()
    try folder.task(items: [])
    try expectRefusal(folder, "echo.yaml: items: the task has no item")
    try folder.write("echo.yaml", "")
    try expectRefusal(folder, "echo.yaml: the file is empty")
    try folder.write("echo.yaml", "- a\n- b\n")
    try expectRefusal(folder, "echo.yaml: not a mapping")
    try folder.write("echo.yaml", String(repeating: "[", count: 100_000))
    try expectRefusal(folder, "not valid YAML")
    try folder.write("echo.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
    try expectRefusal(folder, "echo.yaml: a: unknown key")
    try Data([0xFF, 0xFE, 0x00, 0x80]).write(to: URL(fileURLWithPath: "\(folder.path)/echo.yaml"))
    try expectRefusal(folder, "echo.yaml: not UTF-8 text")
  }

  @Test("a folder that is no suite is refused")
  func folders() throws {
    #expect(throws: InputError.self) { try Suite.load("/nowhere/at/all") }
    let folder = try SuiteFolder()
    try expectRefusal(folder, "the suite has no task")
    try folder.task(items: itemLines(64))
    try folder.write("extra.yml", "")
    try expectRefusal(folder, "extra.yml: would not be read; rename it to end in .yaml")
    let chat = try SuiteFolder(suite: "suite: made\nversion: 1\nseed: 7\nchat: multiturn\n")
    try chat.task(items: itemLines(64))
    try expectRefusal(chat, "suite.yaml: chat: 'multiturn' is not available yet")
    let seed = try SuiteFolder(suite: "suite: made\nversion: 1\nseed: -7\n")
    try expectRefusal(seed, "suite.yaml: seed: is not a whole number from 0")
  }

  private func expectRefusal(_ folder: SuiteFolder, _ message: String) throws {
    let error = try #require(throws: InputError.self) { try Suite.load(folder.path) }
    #expect(error.description.contains(message))
  }
}

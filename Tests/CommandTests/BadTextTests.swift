import Foundation
import Testing

@Suite("A configuration, suite or request that is no good is refused on one line, before anything is written")
struct BadTextTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder.project() }

  @Test("no configuration")
  func noConfiguration() throws {
    try FileManager.default.removeItem(at: folder.file("holdfast.yaml"))
    try expectRefusal("run", in: folder, naming: ["holdfast.yaml: cannot be read"])
    try expectRefusal("gate", "--candidate", "x", in: folder, naming: ["holdfast.yaml"])
  }

  @Test("a configuration that is not YAML")
  func malformedConfiguration() throws {
    try folder.write("holdfast.yaml", "base: [a\nbaseline: }\n")
    try expectRefusal("run", in: folder, naming: ["holdfast.yaml", "not valid YAML"])
  }

  @Test("a task that is not YAML")
  func malformedTask() throws {
    try folder.write("suite/echo.yaml", "task: \"echo\nfamily: x\n")
    try expectRefusal("run", in: folder, naming: ["suite/echo.yaml", "not valid YAML"])
  }

  @Test("an unknown key in the configuration, the nearest known one named")
  func unknownConfigurationKey() throws {
    try folder.replace("ledger:", with: "leger:", in: "holdfast.yaml")
    try expectRefusal("run", in: folder, naming: ["holdfast.yaml: leger: unknown key", "did you mean 'ledger'?"])
  }

  @Test("an unknown key inside the gate's settings")
  func unknownGateKey() throws {
    try folder.writeConfiguration(
      base: golden("checkpoints/llama-tied"), suite: "suite", more: "gate: {max_drop: {overal: 0.1}}")
    try expectRefusal("run", in: folder, naming: ["holdfast.yaml: gate.max_drop.overal", "did you mean 'overall'?"])
  }

  @Test("an unknown key in a task, the nearest known one named")
  func unknownTaskKey() throws {
    try folder.replace("separator:", with: "seperator:", in: "suite/echo.yaml")
    try expectRefusal(
      "run", in: folder, naming: ["suite/echo.yaml: seperator: unknown key", "did you mean 'separator'?"])
  }

  @Test("a task without items")
  func emptyTask() throws {
    try folder.write("suite/echo.jsonl", "")
    try expectRefusal("run", in: folder, naming: ["suite/echo."])
  }

  @Test("a suite without tasks")
  func emptySuite() throws {
    try folder.write("empty/suite.yaml", "suite: empty\nversion: 1\nseed: 1\n")
    try expectRefusal("run", "--suite", "empty", in: folder, naming: ["empty: the suite has no task"])
  }

  @Test("a baseline that is not there, and one that is none")
  func baseline() throws {
    try expectRefusal(
      "gate", "--candidate", golden("adapters/plain"), in: folder, besides: "ledger.sqlite",
      naming: ["baseline.json", "holdfast baseline save"])
    try folder.write("baseline.json", "{\"schema_version\": 1}")
    try expectRefusal("baseline", "show", in: folder, naming: ["baseline.json"])
  }

  @Test(
    "a request that is not one, its line named",
    arguments: [
      ("{", "line 2: is not a JSON object"), (#"{"context": "a"}"#, "line 2.continuation"),
      (#"{"context": "a", "continuation": "b", "contex": "c"}"#, "did you mean 'context'?"),
      (#"{"context": "a", "continuation": 3}"#, "line 2.continuation"),
      (#"{"context": "a", "continuation": ""}"#, "line 2"),
    ])
  func request(line: String, words: String) throws {
    try folder.write("requests.jsonl", oneRequest + line + "\n")
    try expectRefusal(
      "score", "--model", golden("checkpoints/llama-tied"), "--requests", "requests.jsonl", "--out", "scores.jsonl",
      in: folder, naming: ["requests.jsonl: ", words])
  }

  @Test("a request longer than the model's context, which is never cut")
  func tooLong() throws {
    let long = String(repeating: "a b c d ", count: 200)
    try expectRefusal(
      "score", "--model", golden("checkpoints/llama-tied"), "--requests", "-", in: folder,
      input: oneRequest + #"{"context": "\#(long)", "continuation": " e"}"# + "\n", naming: ["line 2", "256"])
  }

  @Test("a suite's prompt longer than the model's context names task and item")
  func tooLongPrompt() throws {
    let long = String(repeating: "a b c d ", count: 100)
    try folder.replace("\"input\": \"echo 20\"", with: "\"input\": \"\(long)20\"", in: "suite/echo.jsonl")
    let finished = try holdfast("run", in: folder)
    expectOneComplaint(finished, naming: ["task echo", "item 'echo-20'", "256"])
  }

  @Test("a share that is none", arguments: ["5/4", "0", "half", "1/0"])
  func share(text: String) throws {
    try expectRefusal("run", "--share", text, in: folder, naming: ["--share", text])
  }

  @Test("text that cannot be tokenized: not a JSON string, not UTF-8, not there")
  func tokenize() throws {
    let model = golden("checkpoints/llama-tied")
    try expectRefusal("tokenize", "--model", model, in: folder, input: "Hello\n", naming: ["line 1"])
    try folder.write("latin1.txt", Data([0x22, 0xE9, 0x22, 0x0A]))
    try expectRefusal("tokenize", "--model", model, "--in", "latin1.txt", in: folder, naming: ["latin1.txt", "UTF-8"])
    try expectRefusal("tokenize", "--model", model, "--in", "none.txt", in: folder, naming: ["none.txt"])
  }
}

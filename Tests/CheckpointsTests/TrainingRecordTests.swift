import Checkpoints
import Diagnostics
import Foundation
import Testing

@Suite("What a checkpoint was fine-tuned on")
struct TrainingRecordTests {
  private let hash = String(repeating: "0a", count: 32)

  private func record(labels: [String] = ["negative", "positive"], seed: UInt64 = .max) -> TrainingRecord {
    TrainingRecord(
      createdBy: "holdfast 0.1.0", recipe: "full", seed: seed, step: 100, labels: labels,
      data: [TrainingRecord.DataSource(path: "data/train.jsonl", sha256: hash, role: .train)])
  }

  @Test("a record is read as it was written, and the same record is the same bytes")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    for written in [record(), record(labels: []), record(labels: ["\u{1B}\"", "straße", "e\u{301}"], seed: 0)] {
      try written.write(into: folder.url)
      let bytes = try Data(contentsOf: folder.url.appendingPathComponent("holdfast_training.json"))
      #expect(try TrainingRecord.read(fromCheckpoint: folder.path) == written)
      try written.write(into: folder.url)
      #expect(try Data(contentsOf: folder.url.appendingPathComponent("holdfast_training.json")) == bytes)
    }
  }

  @Test("the file's layout is the one that is documented; keys that are not known are left alone")
  func layout() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "holdfast_training.json",
      """
      {"schema_version":1,"created_by":"holdfast x","recipe":"full","seed":1,"step":100,"labels":["negative","positive"],
       "data":[{"path":"…","sha256":"\(hash)","role":"train"}],"host":"anywhere"}
      """)
    let read = try #require(try TrainingRecord.read(fromCheckpoint: folder.path))
    #expect(read.labels == ["negative", "positive"] && read.seed == 1 && read.step == 100)
    #expect(read.data.map(\.role) == [.train])
  }

  @Test("a checkpoint of another trainer has none, and neither has a single file or what is not there")
  func absent() throws {
    let folder = try TemporaryFolder()
    #expect(try TrainingRecord.read(fromCheckpoint: folder.path) == nil)
    try record().write(into: folder.url)
    let file = try folder.write("model.gguf", "GGUF")
    #expect(try TrainingRecord.read(fromCheckpoint: file.path) == nil)
    #expect(try TrainingRecord.read(fromCheckpoint: "\(folder.path)/none") == nil)
  }

  @Test(
    "what is wrong with a record is named, and never taken for a checkpoint without one",
    arguments: [
      ("", "is not valid JSON"), ("[]", "is not of type"), ("{", "is not valid JSON"),
      (#"{"schema_version":2}"#, "use a newer holdfast"), (#"{"schema":1}"#, "schema_version: is missing"),
      (#"{"schema_version":1}"#, "is missing"), (String(repeating: "[", count: 100_000), "is not valid"),
    ])
  func damaged(text: String, expected: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("holdfast_training.json", text)
    expectInputError(folder.path + "/holdfast_training.json", expected) {
      _ = try TrainingRecord.read(fromCheckpoint: folder.path)
    }
  }

  @Test(
    "a part that is impossible is named",
    arguments: [
      (#""seed" : 1"#, #""seed" : -1"#, "number out of range"),
      (#""step" : 100"#, #""step" : -1"#, "step: is negative"),
      (#""step" : 100"#, #""step" : 1e99"#, "number out of range"), (#""step" : 100"#, #""step" : "many""#, "step"),
      (#""negative""#, #""  ""#, "labels: one is blank"), (#""negative""#, "null", "labels.[0]"),
      (#""negative""#, "\"a\"" + String(repeating: ",\"a\"", count: 1024), "labels: are more than 1024"),
      (#""train""#, #""trian""#, "data.[0].role"), ("0a0a", "0A0A", "data[0].sha256: is not a SHA-256"),
      ("0a0a", "0a", "data[0].sha256"), ("data/train.jsonl", "", "data[0].path: is empty"),
    ])
  func impossible(original: String, replacement: String, expected: String) throws {
    let folder = try TemporaryFolder()
    try record(seed: 1).write(into: folder.url)
    let file = folder.url.appendingPathComponent("holdfast_training.json")
    var text = try String(contentsOf: file, encoding: .utf8)
    text.replaceSubrange(try #require(text.range(of: original)), with: replacement)
    try folder.write("holdfast_training.json", text)
    expectInputError(expected) { _ = try TrainingRecord.read(fromCheckpoint: folder.path) }
  }

  @Test("a record cut anywhere is refused or reads as it was, and never ends the program")
  func truncated() throws {
    let folder = try TemporaryFolder()
    try record().write(into: folder.url)
    let bytes = [UInt8](try Data(contentsOf: folder.url.appendingPathComponent("holdfast_training.json")))
    for count in 0..<bytes.count - 2 {
      try folder.write("holdfast_training.json", Array(bytes.prefix(count)))
      #expect(throws: InputError.self) { try TrainingRecord.read(fromCheckpoint: folder.path) }
    }
  }

  @Test("a folder, a pipe, a link to nowhere or a file beyond 1 MiB in its place is refused, without waiting for it")
  func places() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appendingPathComponent("holdfast_training.json").path
    func refuse(_ problem: String) throws {
      expectInputError(path, problem) { _ = try TrainingRecord.read(fromCheckpoint: folder.path) }
      try FileManager.default.removeItem(atPath: path)
    }
    try folder.folder("holdfast_training.json")
    try refuse("is not a regular file")
    #expect(mkfifo(path, 0o600) == 0)
    try refuse("is not a regular file")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/nowhere/at/all")
    try refuse("cannot be opened")
    try folder.write("holdfast_training.json", String(repeating: " ", count: 1 << 20 + 1))
    try refuse("is larger than 1 MiB")
  }
}

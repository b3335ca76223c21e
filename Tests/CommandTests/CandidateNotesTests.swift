import Foundation
import Testing

@Suite("A candidate that is not quite what it seems is judged where it can be, and a line says so")
struct CandidateNotesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder.projectThatOnceKnew() }

  @Test("a half-written checkpoint of a series costs the others nothing: they are judged, and the exit code is 2")
  func halfWritten() throws {
    for step in [2, 10] { try folder.copy(golden("adapters/plain"), as: "out/checkpoint-\(step)") }
    try folder.copy(golden("checkpoints/llama-tied/config.json"), as: "config")
    try folder.makeFolder("out/checkpoint-9")
    try folder.copy(golden("checkpoints/llama-tied/config.json"), as: "out/checkpoint-9/config.json")
    try folder.makeFolder("out/checkpoint-1e3")
    try folder.write("out/checkpoint-11", "a file")
    let gate = try holdfast("gate", "--candidate", "out", in: folder)
    #expect(gate.status == 2)
    #expect(gate.complaints.filter { $0.hasPrefix("holdfast: error: ") }.count == 1)
    #expect(gate.err.contains("checkpoint-9: has neither model.safetensors nor"), "\(gate.err)")
    #expect(gate.err.contains("out: checkpoint-11, checkpoint-1e3 are no checkpoint-N folder and not judged"))
    let words = gate.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("NOT GATEABLE: it could not be asked: ") && words.contains("FAIL: "))
    let report = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.file("reports/report.json")))
    let candidates = try #require((report as? [String: Any])?["candidates"] as? [[String: Any]])
    #expect(
      candidates.map { ($0["path"] as? String)?.split(separator: "/").last } == [
        "checkpoint-2", "checkpoint-9", "checkpoint-10",
      ])
    #expect(candidates.map { $0["verdict"] != nil } == [true, false, true])
    for form in ["reports/report.md", "reports/report.html"] {
      #expect(try folder.read(form).contains("could not be asked"), "\(form)")
    }
    #expect(try holdfast("report", in: folder).out.contains("checkpoint-10"))
  }

  @Test("where none of several can be opened nothing is judged")
  func allBroken() throws {
    for step in [2, 9] {
      try folder.makeFolder("out/checkpoint-\(step)")
      try folder.copy(golden("checkpoints/llama-tied/config.json"), as: "out/checkpoint-\(step)/config.json")
    }
    try expectRefusal("gate", "--candidate", "out", in: folder, besides: "ledger.sqlite", naming: ["checkpoint-2"])
  }

  @Test("a base that cannot be opened is no candidate's fault")
  func brokenBase() throws {
    try folder.writeConfiguration(base: folder.file("gone.gguf").path, suite: "suite")
    try expectRefusal(
      "gate", "--candidate", golden("adapters/plain"), "--candidate", golden("checkpoints/llama-tied"), in: folder,
      besides: "ledger.sqlite", naming: ["base: '", "gone.gguf': does not exist"])
  }

  @Test("checkpoints below an adapter are named, and how to judge them")
  func belowAdapter() throws {
    try folder.copy(golden("adapters/plain"), as: "out")
    try folder.copy(golden("adapters/plain"), as: "out/checkpoint-4")
    let gate = try holdfast("gate", "--candidate", "out", in: folder)
    #expect(gate.status == 1)
    #expect(gate.err.contains("out: the adapter in this folder is judged, and not its 1 checkpoint-N folder"))
    #expect(gate.err.contains("--candidate") && gate.err.contains("out/checkpoint-4"))
  }

  @Test("other adapters in an adapter's folder are named, and how to judge them")
  func beside() throws {
    try folder.copy(golden("adapters/plain"), as: "several")
    try folder.copy(golden("adapters/patterns"), as: "several/second")
    let gate = try holdfast("gate", "--candidate", "several", in: folder)
    #expect(
      gate.err.contains("several: the adapter in this folder is judged, and not its 1 other adapter;"), "\(gate.err)")
    #expect(gate.err.contains("--candidate") && gate.err.contains("several/second"), "\(gate.err)")
  }

  @Test("an adapter of another base's name: one line, in every verb that asks it")
  func otherBase() throws {
    try folder.copy(golden("adapters/plain"), as: "other")
    try folder.replace("\"llama-tied\"", with: "\"some-org/another-model\"", in: "other/adapter_config.json")
    let line =
      "holdfast: other: the adapter says it was trained on some-org/another-model; judged on "
      + golden("checkpoints/llama-tied")
    let gate = try holdfast("gate", "--candidate", "other", "--candidate", "other", in: folder)
    #expect(
      gate.status == 1 && gate.complaints.map(String.init) == [line, TemporaryFolder.hardlyPasses], "\(gate.err)")
    let run = try holdfast("run", "--model", "other", in: folder)
    #expect(run.status == 0 && run.complaints.first.map(String.init) == line, "\(run.err)")
    let score = try holdfast(
      "score", "--model", golden("checkpoints/llama-tied"), "--adapter", "other", "--requests", "-", in: folder,
      input: oneRequest)
    #expect(score.status == 0 && score.complaints.map(String.init) == [line], "\(score.err)")
    let events = try holdfast("gate", "--candidate", "other", "--json", in: folder)
    #expect(events.err.contains("\"event\":\"note\"") && events.err.contains("some-org/another-model"))
  }

  @Test("what it was trained on is said in the verdict: a warning, until fine_tuning.base agrees")
  func trainedOn() throws {
    try folder.copy(golden("adapters/plain"), as: "other")
    try folder.replace("\"llama-tied\"", with: "\"some-org/llama-tied-bnb-4bit\"", in: "other/adapter_config.json")
    let warned = try holdfast("gate", "--candidate", "other", in: folder)
    let line = warned.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      line.contains("warning: trained on some-org/llama-tied-bnb-4bit, a quantised copy, and judged on"), "\(line)")
    #expect(line.contains("write fine_tuning.base: some-org/llama-tied-bnb-4bit"), "\(line)")
    let configuration = try folder.read("holdfast.yaml")
    try folder.write("holdfast.yaml", configuration + "\nfine_tuning: {base: some-org/llama-tied-bnb-4bit}\n")
    let agreed = try holdfast("gate", "--candidate", "other", in: folder)
    #expect(!agreed.out.contains("warning: trained on"), "\(agreed.out)")
    #expect(try folder.read("reports/report.json").contains("as fine_tuning.base says"))
  }

  @Test("a model saved without its head scores what the whole one does")
  func withoutHead() throws {
    try folder.copy(golden("checkpoints/llama-tied"), as: "headless")
    let file = "headless/model.safetensors"
    var parts = try SafetensorsParts(folder.file(file))
    parts.rename { $0.hasPrefix("model.") ? String($0.dropFirst("model.".count)) : $0 }
    try folder.write(file, try parts.bytes())
    func score(_ model: String) throws -> Finished {
      try holdfast("score", "--model", model, "--requests", "-", in: folder, input: oneRequest)
    }
    let headless = try score("headless")
    #expect(headless.status == 0 && headless.err == "", "\(headless.err)")
    #expect(headless.out == (try score(golden("checkpoints/llama-tied")).out))
  }

  @Test("weights that are finite and too large together are the adapter's fault, not the base's")
  func overflow() throws {
    try folder.copy(golden("adapters/plain"), as: "huge")
    var parts = try SafetensorsParts(folder.file("huge/adapter_model.safetensors"))
    let half = parts.data.count / MemoryLayout<Float>.size
    parts.data = Data((0..<half).flatMap { _ in withUnsafeBytes(of: Float(1e30)) { Array($0) } })
    try folder.write("huge/adapter_model.safetensors", try parts.bytes())
    try expectRefusal(
      "score", "--model", golden("checkpoints/llama-tied"), "--adapter", "huge", "--requests", "-", in: folder,
      input: oneRequest,
      naming: ["error: huge: layer 0: with this adapter on ", "not a finite number", "the adapter is"])
  }
}

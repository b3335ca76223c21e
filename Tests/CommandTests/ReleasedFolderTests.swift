import Foundation
import Testing

@Suite("Folders as models are released in, made by transformers: Scripts/goldens/released.py")
struct ReleasedFolderTests {
  static let names = ["qwen2.5", "gemma-3", "llama-2"]

  private struct Request: Decodable {
    var context: String
    var continuation: String
    var ids: [Int]
    var logprob: Double
  }

  private struct Answer: Decodable {
    var logprob: Double
    var tokens: [Int]
    var contextTokens: [Int]

    enum CodingKeys: String, CodingKey {
      case logprob, tokens
      case contextTokens = "context_tokens"
    }
  }

  @Test("init, baseline save and gate are the way to a verdict, with nothing to configure", arguments: names)
  func verdict(name: String) throws {
    let folder = try TemporaryFolder.project(items: 64)
    try FileManager.default.removeItem(at: folder.file("holdfast.yaml"))
    try folder.copy(golden("released/\(name)"), as: "base")
    for command in [["init"], ["baseline", "save"]] {
      let ended = try Running(command, in: folder).finish()
      #expect(ended.status == 0, "\(command): \(ended.err)")
    }
    try folder.sayThatTheBaseOnceKnew(baseline: "baselines/base.tiny.json")
    let gate = try holdfast("gate", "--candidate", "base", in: folder)
    #expect(gate.status == 1, "\(gate.err)")
    #expect(gate.out.contains("FAIL"), "\(gate.out)")
  }

  @Test("the ids and scores are those of transformers and SentencePiece", arguments: names)
  func scores(name: String) throws {
    let folder = try TemporaryFolder()
    let model = golden("released/\(name)")
    let requests = try JSONDecoder().decode(
      [Request].self, from: Data(contentsOf: URL(fileURLWithPath: "\(model)/expected.json")))
    let lines = try requests.map {
      let line = try JSONEncoder().encode(["context": $0.context, "continuation": $0.continuation])
      return String(decoding: line, as: UTF8.self) + "\n"
    }
    try folder.write("requests.jsonl", lines.joined())
    let scored = try holdfast("score", "--model", model, "--requests", "requests.jsonl", in: folder)
    #expect(scored.status == 0, "\(scored.err)")
    let answers = try scored.out.split(separator: "\n").map {
      try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
    }
    #expect(answers.count == requests.count)
    for (answer, request) in zip(answers, requests) {
      #expect(answer.contextTokens + answer.tokens == request.ids)
      #expect(abs(answer.logprob - request.logprob) < 1e-4)
    }
  }
}

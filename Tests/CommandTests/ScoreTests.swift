import Foundation
import Testing

@Suite("score and tokenize")
struct ScoreTests {
  static let models = [
    "llama-tied", "llama-untied", "llama-f16", "llama-tied.gguf", "llama-tied-q8_0.gguf",
    "../quantisation/llama-low-bits.gguf",
  ]

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a request gives one line: logprob, greedy flag, the continuation's ids and the context's", arguments: models)
  func shape(model: String) throws {
    let finished = try score(golden("checkpoints/\(model)"), oneRequest)
    #expect(finished.status == 0)
    #expect(finished.err == "")
    let lines = try finished.objects()
    try #require(lines.count == 1)
    #expect(Set(lines[0].keys) == ["logprob", "is_greedy", "tokens", "context_tokens"])
    let logprob = try #require(lines[0]["logprob"] as? Double)
    #expect(logprob < 0 && logprob.isFinite)
    #expect(lines[0]["is_greedy"] is Bool)
    let tokens = try #require(lines[0]["tokens"] as? [Int])
    let context = try #require(lines[0]["context_tokens"] as? [Int])
    // The model's own special tokens (BOS) come before a context.
    #expect(context + tokens == (try tokenize(golden("checkpoints/\(model)"), ["Hello world"], "--special"))[0])
  }

  @Test("the safetensors and the GGUF of one model give the same bytes")
  func formats() throws {
    let requests = Self.requests(20)
    let outputs = try ["llama-tied", "llama-tied.gguf"].map { try score(golden("checkpoints/\($0)"), requests).out }
    #expect(outputs[0] == outputs[1])
  }

  @Test("a GGUF model in parts gives the bytes that it gives in one, whichever part is named")
  func parts() throws {
    let names = ["llama-tied-q8_0.gguf"] + (1...3).map { "split/llama-tied-q8_0-0000\($0)-of-00003.gguf" }
    let outputs = try names.map { try score(golden("checkpoints/\($0)"), Self.requests(5)) }
    #expect(outputs.map(\.status) == [0, 0, 0, 0])
    #expect(Set(outputs.map(\.out)).count == 1)
  }

  @Test("logprobs are written with seven digits and more")
  func digits() throws {
    let out = try score(golden("checkpoints/llama-tied"), Self.requests(20)).out
    let written = out.split(separator: "\n").compactMap { $0.split(separator: ",").first?.split(separator: " ").last }
    #expect(written.count == 20)
    #expect(written.allSatisfy { $0.filter(\.isNumber).count >= 7 })
  }

  @Test("answers keep the order of the requests, whatever that is")
  func order() throws {
    let lines = Self.requests(60).split(separator: "\n")
    let model = golden("checkpoints/llama-tied")
    let forward = try score(model, lines.joined(separator: "\n")).out.split(separator: "\n")
    let backward = try score(model, lines.reversed().joined(separator: "\n")).out.split(separator: "\n")
    #expect(Set(forward).count == 60)
    #expect(forward == backward.reversed())
    #expect(try score(model, String(lines[17])).out.split(separator: "\n") == [forward[17]])
  }

  @Test("the number of threads changes no byte")
  func threads() throws {
    let model = golden("checkpoints/llama-untied")
    let outputs = try ["1", "2", "3"].map { try score(model, Self.requests(60), "--threads", $0).out }
    #expect(outputs[0].utf8.count > 1000)
    #expect(outputs[1] == outputs[0])
    #expect(outputs[2] == outputs[0])
  }

  @Test("a file in and a file out are the same as standard input and output; empty lines are passed over")
  func files() throws {
    let model = golden("checkpoints/llama-tied")
    try folder.write("in.jsonl", "\n" + Self.requests(3) + "\r\n\n")
    let finished = try holdfast("score", "--model", model, "--requests", "in.jsonl", "--out", "out.jsonl", in: folder)
    #expect(finished.status == 0)
    #expect(finished.out == "")
    #expect(try folder.read("out.jsonl") == score(model, Self.requests(3)).out)
    #expect(try folder.contents().keys.sorted() == ["in.jsonl", "out.jsonl"])
  }

  @Test("an output that is no plain file is written to, not replaced")
  func pipe() throws {
    let model = golden("checkpoints/llama-tied")
    let path = folder.file("pipe").path
    #expect(mkfifo(path, 0o600) == 0)
    // Open for reading and writing, so that neither side waits for the other.
    let reader = FileHandle(fileDescriptor: open(path, O_RDWR | O_NONBLOCK), closeOnDealloc: true)
    try folder.write("file", "longer than what comes" + String(repeating: ".", count: 1000))
    try FileManager.default.createSymbolicLink(at: folder.file("link"), withDestinationURL: folder.file("file"))
    let expected = try score(model, oneRequest).out
    for name in ["pipe", "link"] {
      let finished = try holdfast(
        "score", "--model", model, "--requests", "-", "--out", name, in: folder, input: oneRequest)
      #expect(finished.status == 0, "\(finished.err)")
    }
    #expect(String(decoding: try reader.read(upToCount: expected.utf8.count) ?? Data(), as: UTF8.self) == expected)
    #expect(try folder.read("file") == expected)
    let link = try FileManager.default.attributesOfItem(atPath: folder.file("link").path)
    #expect(link[.type] as? FileAttributeType == .typeSymbolicLink)
  }

  @Test("no requests give no lines")
  func none() throws {
    let finished = try score(golden("checkpoints/llama-tied"), "")
    #expect(finished.status == 0)
    #expect(finished.out == "")
  }

  @Test("an adapter changes the scores; one that changes nothing is said so, and changes none")
  func adapters() throws {
    let model = golden("checkpoints/llama-tied")
    let plain = try score(model, Self.requests(5))
    let adapted = try score(model, Self.requests(5), "--adapter", golden("adapters/plain"))
    #expect(adapted.status == 0)
    #expect(adapted.out != plain.out)
    let none = try score(model, Self.requests(5), "--adapter", golden("adapters/nil"))
    #expect(none.status == 0)
    #expect(none.out == plain.out)
    #expect(none.complaints.count == 1)
    #expect(none.err.contains("adapters/nil") && none.err.contains("changes nothing"))
  }

  @Test("tokenize gives one array of ids a line, and special tokens only where they are asked for")
  func tokenizing() throws {
    let model = golden("checkpoints/llama-tied")
    let ids = try tokenize(model, ["Hello world", "", "naïve \u{1F600}\n\ttab", "<|endoftext|>"])
    #expect(ids.count == 4)
    #expect(ids[0].count > 1)
    #expect(ids[1] == [])
    #expect(ids[3] == [0])
    let gguf = try tokenize(golden("checkpoints/llama-tied.gguf"), ["Hello world", "", "naïve \u{1F600}\n\ttab"])
    #expect(gguf == Array(ids.prefix(3)))
  }

  @Test("the tokenizer's BOS comes with --special", .enabled(if: SmolLM2.isFetched, "the model has not been fetched"))
  func special() throws {
    let model = try #require(SmolLM2.path)
    #expect(try tokenize(model, ["Hello, world"]) == [[19556, 28, 905]])
    let finished = try holdfast("tokenize", "--model", model, "--special", in: folder, input: "\"Hello, world\"\n")
    #expect(finished.status == 0)
    #expect(finished.out.contains("19556, 28, 905]"))
  }

  static func requests(_ count: Int) -> String {
    (0..<count).map { number in
      #"{"context": "Q: question \#(number % 7)\nA:", "continuation": " answer \#(number)"}"# + "\n"
    }.joined()
  }

  private func score(_ model: String, _ requests: String, _ more: String...) throws -> Finished {
    try Running(["score", "--model", model, "--requests", "-"] + more, in: folder, input: requests).finish()
  }

  private func tokenize(_ model: String, _ texts: [String], _ more: String...) throws -> [[Int]] {
    let input = try texts.map { try JSONSerialization.data(withJSONObject: $0, options: .fragmentsAllowed) }
      .map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
    let finished = try Running(["tokenize", "--model", model] + more, in: folder, input: input).finish()
    #expect(finished.status == 0)
    #expect(finished.err == "")
    return try finished.out.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [Int])
    }
  }
}

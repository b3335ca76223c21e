import Foundation
import Testing
import Tokenizers

@Suite("Every step of a tokenizer.json does what it does in `tokenizers`")
struct PipelineTests {
  /// Scripts/goldens/tokenizer_pipelines.py has what each is made of.
  static let names = [
    "bert", "deepseek", "delimiter", "dolma", "falcon", "fallback-apart", "fallback-few", "fallback-none", "gemma",
    "llama2", "llama2-first", "metaspace-always", "o200k", "own-pattern", "qwen35", "roberta", "spaces",
    "split-contiguous", "split-contiguous-inverted", "split-isolated", "split-isolated-inverted",
    "split-merged-with-next", "split-merged-with-next-inverted", "split-merged-with-previous",
    "split-merged-with-previous-inverted", "split-removed", "split-removed-inverted", "tekken", "unigram",
    "unigram-bytes", "words",
  ]

  @Test("ids, and the text of ids", arguments: names)
  func same(_ name: String) throws {
    try TokenizerGoldens.expectAll("pipelines/\(name)", moreThan: 40)
  }

  @Test("All of them are tried") func complete() throws {
    let files = try FileManager.default.contentsOfDirectory(
      atPath: TokenizerGoldens.folder.appending(path: "pipelines").path)
    #expect(files.filter { $0.hasSuffix(".cases.jsonl") }.count == Self.names.count)
  }

  @Test("A token's bytes are those of the text: `<0xNN>` is the byte, U+2581 a space", arguments: ["llama2", "gemma"])
  func bytes(_ name: String) throws {
    let tokenizer = try TokenizerGoldens.tokenizer("pipelines/\(name)")
    #expect(tokenizer.kind.hasPrefix("BPE with byte fallback"))
    for golden in try TokenizerGoldens.cases("pipelines/\(name)")
    where !golden.text.contains("<") && !golden.text.contains("\u{2581}") {
      let bytes = tokenizer.encode(golden.text, addSpecialTokens: false).flatMap { tokenizer.bytes(of: $0) }
      // The space before the text is a token's like any other.
      let expected = name == "llama2" && !golden.text.isEmpty ? " " + golden.text : golden.text
      #expect(bytes == Array(expected.utf8), "\(golden.text.debugDescription)")
    }
  }

  @Test("A text that goes on after another gets no space of its own", arguments: ["llama2", "llama2-first", "roberta"])
  func continuation(_ name: String) throws {
    let tokenizer = try TokenizerGoldens.tokenizer("pipelines/\(name)")
    let bytes = tokenizer.encodeContinuation("\n").flatMap { tokenizer.bytes(of: $0) }
    #expect(bytes == [0x0A])
    #expect(tokenizer.encode("\n", addSpecialTokens: false).flatMap { tokenizer.bytes(of: $0) } == [0x20, 0x0A])
  }

  @Test("What a vocabulary leaves out is known, and what becomes unknown is not left out") func lost() throws {
    #expect(try TokenizerGoldens.tokenizer("pipelines/llama2").firstLost(in: "\u{1F601}") == nil)
    #expect(try TokenizerGoldens.tokenizer("pipelines/fallback-few").firstLost(in: "\u{1F601}") == nil)
    #expect(try TokenizerGoldens.tokenizer("pipelines/fallback-none").firstLost(in: "a\u{1F601}") == 0xF0)
    #expect(try TokenizerGoldens.tokenizer("pipelines/fallback-none").firstLost(in: "a b") == nil)
  }
}

import Checkpoints
import Diagnostics
import Foundation
import Testing
import Tokenizers

@Suite("A folder with tokenizer.model in the place of tokenizer.json")
struct SentencePieceTests {
  private struct Case: Decodable {
    let text: String
    let own: [Int32]
  }

  private static let model = TokenizerGoldens.folder.appending(path: "spm.model")

  private static func withFolder<Result>(_ files: [String: Data], _ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "holdfast-spm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, data) in files { try data.write(to: folder.appending(path: name)) }
    return try body(folder)
  }

  @Test("has SentencePiece's ids") func ids() throws {
    let tokenizer = try Tokenizer(sentencePiece: Self.model, configuration: nil, added: nil)
    let cases: [Case] = try TokenizerGoldens.lines("spm.cases.jsonl")
    // SentencePiece does not look for control tokens in a text.
    for golden in cases where !golden.text.contains("<s>") && !golden.text.contains("<unk>") {
      let ids = tokenizer.encode(golden.text, addSpecialTokens: false)
      #expect(ids == golden.own, "\(golden.text.debugDescription)")
      #expect(tokenizer.decode(ids).utf8.elementsEqual(golden.text.utf8), "\(golden.text.debugDescription)")
    }
    #expect(tokenizer.addsBOS && tokenizer.encode("") == [1])
    #expect(tokenizer.encode("a<s>", addSpecialTokens: false).last == 1)
  }

  @Test("takes what was added later from added_tokens.json and tokenizer_config.json") func added() throws {
    let count = try Tokenizer(sentencePiece: Self.model, configuration: nil, added: nil).vocabularySize
    let configuration = """
      {"add_bos_token": false, "add_eos_token": true, "eos_token": "<|end|>", "added_tokens_decoder": {
        "1": {"content": "<s>", "special": true}, "\(count)": {"content": "<|end|>", "special": true, "lstrip": true}}}
      """
    let added = #"{"<|more|>": \#(count + 1), "<|end|>": \#(count)}"#
    try Self.withFolder([
      "tokenizer.model": Data(contentsOf: Self.model), "tokenizer_config.json": Data(configuration.utf8),
      "added_tokens.json": Data(added.utf8),
    ]) { folder in
      let files = try TokenizerFiles(folder: folder)
      #expect(files.urls.map(\.lastPathComponent) == ["tokenizer.model", "tokenizer_config.json", "added_tokens.json"])
      let tokenizer = try Tokenizer(files)
      #expect(tokenizer.vocabularySize == count + 2 && !tokenizer.addsBOS)
      let end = Int32(count)
      #expect(tokenizer.eosTokenID == end && tokenizer.encode("<|more|> <|end|>") == [end + 1, end, end])
      #expect(tokenizer.isSpecial(end) && !tokenizer.isSpecial(end + 1))
      // What trains on it writes them all into its own folder.
      try Self.withFolder([:]) { other in
        try TokenizerExport(files, contextLength: 64).write(into: other)
        let again = try Tokenizer(TokenizerFiles(folder: other))
        #expect(again.encode("<|more|>a") == tokenizer.encode("<|more|>a"))
      }
    }
  }

  @Test("a tokenizer.json is preferred, and a folder without any is refused") func preferred() throws {
    let json = try TokenizerGoldens.document("pipelines/llama2")
    let model = try Data(contentsOf: Self.model)
    try Self.withFolder(["tokenizer.json": json, "tokenizer.model": model]) { folder in
      let kind = try Tokenizer(TokenizerFiles(folder: folder)).kind
      #expect(kind == "BPE with byte fallback")
    }
    try Self.withFolder([:]) { folder in
      let error = try #require(throws: InputError.self) { try TokenizerFiles(folder: folder) }
      #expect(error.problem == "has no tokenizer.json, tekken.json or tokenizer.model")
    }
  }

  @Test("an added token that is not where the vocabulary ends is refused") func gap() throws {
    let configuration = #"{"added_tokens_decoder": {"70000": {"content": "<|end|>"}}}"#
    try Self.withFolder([
      "tokenizer.model": Data(contentsOf: Self.model), "tokenizer_config.json": Data(configuration.utf8),
    ]) { folder in
      let error = try #require(throws: InputError.self) { try Tokenizer(TokenizerFiles(folder: folder)) }
      #expect(error.field == "added_tokens_decoder")
    }
  }

  @Test("tiktoken's ranks under that name are told from a damaged model") func ranks() throws {
    try Self.withFolder(["tokenizer.model": Data("IQ== 0\nIg== 1\n".utf8)]) { folder in
      let error = try #require(throws: InputError.self) { try Tokenizer(TokenizerFiles(folder: folder)) }
      #expect(error.problem.hasPrefix("holds tiktoken's ranks"))
    }
  }

  @Test("Mistral's tekken.json: its special tokens first, then its ranks") func tekken() throws {
    let file = TokenizerGoldens.folder.deletingLastPathComponent().appending(path: "tekken/tekken.json")
    try Self.withFolder(["tekken.json": Data(contentsOf: file)]) { folder in
      let tokenizer = try Tokenizer(TokenizerFiles(folder: folder))
      #expect(tokenizer.addsBOS && tokenizer.kind == "byte-level BPE, tekken")
      let text = "The ships' 12 naïve\n日本 "
      let ids = tokenizer.encode(text, addSpecialTokens: false)
      #expect(tokenizer.decode(ids) == text)
      #expect(tokenizer.encode("[INST]a").contains { tokenizer.isSpecial($0) })
    }
  }
}

import Checkpoints
import Diagnostics
import Foundation
import Testing
import Tokenizers

/// Goldens of Scripts/goldens/llamacpp_tokens.py.
@Suite("A GGUF's vocabulary has llama.cpp's ids")
struct LlamaCppTests {
  private struct Style: Decodable {
    let pre: [String]
    let ids: [[Int32]]
  }

  private struct Vocabulary: Decodable {
    let tokens: [String]
    let scores: [Float]
    let types: [Int32]

    static func fields() throws -> GGUFTokenizerFields {
      let file = TokenizerGoldens.folder.appending(path: "spm.json")
      let vocabulary = try JSONDecoder().decode(Vocabulary.self, from: Data(contentsOf: file))
      return GGUFTokenizerFields(
        model: "llama", pre: "default", tokens: vocabulary.tokens, tokenTypes: vocabulary.types, merges: [],
        scores: vocabulary.scores)
    }
  }

  private struct Case: Decodable {
    let text: String
    /// SentencePiece's, and llama.cpp's with and without a space before the text.
    let own, prefixed, bare: [Int32]
  }

  private static func cases() throws -> [Case] { try TokenizerGoldens.lines("spm.cases.jsonl") }

  @Test("behind every pre-tokeniser that it names, also written as tokenizer.json") func styles() throws {
    let texts: [String] = try TokenizerGoldens.lines("pre.texts.jsonl")
    let styles: [Style] = try TokenizerGoldens.lines("pre.cases.jsonl")
    #expect(styles.flatMap(\.pre).count > 75 && texts.count > 70)
    for style in styles {
      for pre in style.pre {
        let fields = try GGUFTokenizerTests.fields("pre", pre: pre)
        let tokenizer = try Tokenizer(gguf: fields, file: "x.gguf")
        for (text, ids) in zip(texts, style.ids) {
          #expect(tokenizer.encode(text, addSpecialTokens: false) == ids, "\(pre) \(text.debugDescription)")
        }
      }
      let exported = try Self.exported(GGUFTokenizerTests.fields("pre", pre: style.pre[0]))
      for (text, ids) in zip(texts, style.ids) {
        #expect(exported.encode(text, addSpecialTokens: false) == ids, "\(style.pre) \(text.debugDescription)")
      }
    }
  }

  @Test(
    "of SentencePiece's kind: scores, bytes, user-defined tokens, the space before a text", arguments: [true, false])
  func scores(addsSpace: Bool) throws {
    var fields = try Vocabulary.fields()
    fields.addSpacePrefix = addsSpace
    let tokenizer = try Tokenizer(gguf: fields, file: "x.gguf")
    let cases = try Self.cases()
    #expect(cases.count > 150)
    for golden in cases {
      let ids = tokenizer.encode(golden.text, addSpecialTokens: false)
      #expect(ids == (addsSpace ? golden.prefixed : golden.bare), "\(golden.text.debugDescription)")
      // Behind a token that is cut out of the text stands another space.
      if golden.text.range(of: "   ", options: .literal) == nil, !golden.text.contains("<") {
        #expect(tokenizer.decode(ids).utf8.elementsEqual(golden.text.utf8), "\(golden.text.debugDescription)")
      }
    }
    // What llama.cpp takes where the file does not say.
    #expect(tokenizer.addsBOS && tokenizer.bosTokenID == 1 && tokenizer.eosTokenID == 2)
    #expect(tokenizer.kind == "SentencePiece BPE")
  }

  @Test("written as tokenizer.json, for ordinary text", arguments: [true, false])
  func scoresExported(addsSpace: Bool) throws {
    var fields = try Vocabulary.fields()
    fields.addSpacePrefix = addsSpace
    let tokenizer = try Self.exported(fields)
    for golden in try Self.cases() {
      let ids = tokenizer.encode(golden.text, addSpecialTokens: false)
      #expect(ids == (addsSpace ? golden.prefixed : golden.bare), "\(golden.text.debugDescription)")
    }
    #expect(tokenizer.addsBOS)
  }

  @Test("of Phi-3: its tokens swallow the white space behind them, which the model's name tells") func phi3() throws {
    var fields = try Vocabulary.fields()
    let apart = try Tokenizer(gguf: fields, file: "x.gguf")
    fields.modelName = "Phi-3 mini"
    let phi = try Tokenizer(gguf: fields, file: "x.gguf")
    #expect(phi.encode("<|user|> \n a") == phi.encode("<|user|>a") && phi.encode("<s> a") == apart.encode("<s> a"))
    #expect(apart.encode("<|user|> \n a") != apart.encode("<|user|>a"))
    #expect(try Self.exported(fields).encode("<|user|> \n a") == phi.encode("<|user|>a"))
  }

  @Test("without scores, or with fewer than tokens, it is refused by field") func refused() throws {
    func field(_ edit: (inout GGUFTokenizerFields) -> Void) throws -> String? {
      var fields = try Vocabulary.fields()
      edit(&fields)
      return try #require(throws: InputError.self) { try Tokenizer(gguf: fields, file: "x.gguf") }.field
    }
    #expect(try field { $0.scores = [] } == "tokenizer.ggml.scores")
    #expect(try field { $0.scores.removeLast() } == "tokenizer.ggml.scores")
    #expect(try field { $0.scores[7] = .nan } == "tokenizer.ggml.scores")
    #expect(try field { $0.tokens[300] = $0.tokens[301] } == "tokenizer.ggml.tokens")
    #expect(try field { $0.bosTokenID = 70_000 } == "tokenizer.ggml.bos_token_id")
  }

  private static func exported(_ fields: GGUFTokenizerFields) throws -> Tokenizer {
    try VocabularyFile(fields).open { files, folder in
      try TokenizerExport(files, contextLength: 2048).write(into: folder)
      return try Tokenizer(
        json: folder.appending(path: "tokenizer.json"), configuration: folder.appending(path: "tokenizer_config.json"))
    }
  }
}

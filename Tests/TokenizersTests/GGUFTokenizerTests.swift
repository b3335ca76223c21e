import Diagnostics
import Foundation
import Testing
import Tokenizers

@Suite("A GGUF's vocabulary")
struct GGUFTokenizerTests {
  /// The parts of a tokenizer.json that a GGUF holds too.
  private struct Document: Decodable {
    struct Model: Decodable {
      let vocab: [String: Int]
      let merges: [Merge]
    }
    /// Two spellings with a space between them: one string in older files, a pair in newer ones.
    struct Merge: Decodable {
      let text: String

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        text = try (try? container.decode(String.self)) ?? container.decode([String].self).joined(separator: " ")
      }
    }
    struct Added: Decodable {
      let id: Int
      let special: Bool
    }
    let model: Model
    let added_tokens: [Added]
  }

  /// The fields of a tokenizer.json as a converter puts them into a GGUF file.
  static func fields(_ name: String, pre: String) throws -> GGUFTokenizerFields {
    let document = try JSONDecoder().decode(Document.self, from: TokenizerGoldens.document(name))
    let tokens = document.model.vocab.sorted { $0.value < $1.value }.map(\.key)
    var types = [Int32](repeating: 1, count: tokens.count)
    for token in document.added_tokens { types[token.id] = token.special ? 3 : 4 }
    return GGUFTokenizerFields(
      model: "gpt2", pre: pre, tokens: tokens, tokenTypes: types,
      merges: document.model.merges.map(\.text),
      bosTokenID: 1, eosTokenID: 2)
  }

  @Test(
    "gives the ids of the tokenizer.json that it was made from",
    arguments: [("smollm", "smollm"), ("llama3", "llama-bpe"), ("qwen2", "qwen2")])
  func sameIDs(_ name: String, _ pre: String) throws {
    let tokenizer = try Tokenizer(gguf: Self.fields(name, pre: pre), file: "\(name).gguf")
    let expected = try TokenizerGoldens.ids(name)
    for (text, ids) in zip(try TokenizerGoldens.corpus(), expected) {
      #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
    }
    #expect(tokenizer.addsBOS == (name == "llama3"))
    #expect(tokenizer.eosTokenID == 2)
  }

  @Test("says itself whether BOS and EOS are added") func specialTokens() throws {
    var fields = try Self.fields("smollm", pre: "smollm")
    fields.addBOS = true
    fields.addEOS = true
    let tokenizer = try Tokenizer(gguf: fields, file: "x.gguf")
    #expect(tokenizer.addsBOS)
    #expect(tokenizer.encode("") == [1, 2])
    #expect(tokenizer.kind == "byte-level BPE, smollm")
  }

  @Test("is refused by field where it is not understood or contradicts itself") func refused() throws {
    func field(_ edit: (inout GGUFTokenizerFields) -> Void) throws -> String? {
      var fields = try Self.fields("smollm", pre: "smollm")
      edit(&fields)
      return try #require(throws: InputError.self) { try Tokenizer(gguf: fields, file: "x.gguf") }.field
    }
    #expect(try field { $0.model = "llama" } == "tokenizer.ggml.model")
    #expect(try field { $0.model = "bert" } == "tokenizer.ggml.model")
    #expect(try field { $0.pre = "tekken" } == "tokenizer.ggml.pre")
    #expect(try field { $0.pre = nil } == "tokenizer.ggml.pre")
    #expect(try field { $0.tokens = [] } == "tokenizer.ggml.tokens")
    #expect(try field { $0.tokens[7] = $0.tokens[8] } == "tokenizer.ggml.tokens")
    #expect(try field { $0.tokenTypes.removeLast() } == "tokenizer.ggml.token_type")
    #expect(try field { $0.merges[3] = "no-space" } == "tokenizer.ggml.merges[3]")
    #expect(try field { $0.merges[3] = "☃ ☃" } == "tokenizer.ggml.merges[3]")
    #expect(try field { $0.bosTokenID = 70_000 } == "tokenizer.ggml.bos_token_id")
    #expect(try field { $0.eosTokenID = -5 } == "tokenizer.ggml.eos_token_id")
    #expect(
      try field {
        $0.bosTokenID = nil; $0.addBOS = true
      } == "tokenizer.ggml.bos_token_id")
    #expect(try field { $0.addSpacePrefix = true } == "tokenizer.ggml.add_space_prefix")
  }
}

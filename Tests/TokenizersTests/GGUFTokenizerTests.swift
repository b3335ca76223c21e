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

  @Test("an EOS that is appended to every text is left off prompts, and said") func appendedEOS() throws {
    var fields = try Self.fields("smollm", pre: "smollm")
    #expect(try Tokenizer(gguf: fields, file: "x.gguf").notes.isEmpty)
    fields.addBOS = true
    fields.addEOS = true
    let tokenizer = try Tokenizer(gguf: fields, file: "x.gguf")
    let text = tokenizer.encode("The cat", addSpecialTokens: false)
    #expect(tokenizer.encode("The cat") == [1] + text + [2])
    #expect(tokenizer.encodePrompt("The cat") == [1] + text)
    #expect(tokenizer.appendsToText)
    #expect(tokenizer.notes == ["the tokenizer appends '<|im_end|>' to every text: prompts are asked without it"])
  }

  @Test("without merges, or with a part of them, it is refused: text would fall into single bytes")
  func withoutMerges() throws {
    func refusal(_ edit: (inout GGUFTokenizerFields) -> Void) throws -> InputError {
      var fields = try Self.fields("smollm", pre: "smollm")
      edit(&fields)
      return try #require(throws: InputError.self) { try Tokenizer(gguf: fields, file: "x.gguf") }
    }
    let none = try refusal { $0.merges = [] }
    #expect(none.field == "tokenizer.ggml.merges" && none.problem.contains("read byte by byte"), "\(none)")
    let few = try refusal { $0.merges = Array($0.merges.prefix($0.merges.count / 3)) }
    #expect(few.problem.contains("longer tokens"), "\(few)")
    // A model of bytes has none, and needs none.
    var bytes = try Self.fields("smollm", pre: "smollm")
    let single = zip(bytes.tokens, bytes.tokenTypes).filter { $0.0.unicodeScalars.count == 1 || $0.1 != 1 }
    (bytes.tokens, bytes.tokenTypes, bytes.merges) = (single.map(\.0), single.map(\.1), [])
    #expect(throws: Never.self) { try Tokenizer(gguf: bytes, file: "x.gguf") }
  }

  @Test("more and longer added tokens than any model has are refused, and many are no trouble")
  func manyAddedTokens() throws {
    func tokenizer(_ count: Int, length: Int = 8) throws -> Tokenizer {
      var fields = try Self.fields("smollm", pre: "smollm")
      for number in 0..<count {
        fields.tokens.append("<\(number)>".padding(toLength: length, withPad: "x", startingAt: 0))
        fields.tokenTypes.append(4)
      }
      return try Tokenizer(gguf: fields, file: "x.gguf")
    }
    let many = try tokenizer(60_000)
    #expect(many.encode("<59999>x", addSpecialTokens: false) == [Int32(many.vocabularySize - 1)])
    func problem(_ count: Int, length: Int) throws -> String {
      try #require(throws: InputError.self) { try tokenizer(count, length: length) }.problem
    }
    #expect(try problem(65_600, length: 8).contains("more than 65536"))
    #expect(try problem(1, length: 1_025).contains("1025 bytes, more than 1024"))
    #expect(try problem(1, length: 4_097).contains("4097 bytes, more than 4096"))
    #expect(try problem(3_000, length: 1_000).contains("bytes together"))
  }

  @Test("a byte that the vocabulary lacks is known before it is lost") func lostByte() throws {
    var fields = try Self.fields("smollm", pre: "smollm")
    #expect(try Tokenizer(gguf: fields, file: "x.gguf").firstLost(in: "a@b") == nil)
    let place = try #require(fields.tokens.firstIndex(of: "@"))
    fields.tokens[place] = "§§"
    #expect(try Tokenizer(gguf: fields, file: "x.gguf").firstLost(in: "a@b") == UInt8(ascii: "@"))
    #expect(try Tokenizer(gguf: fields, file: "x.gguf").firstLost(in: "ab") == nil)
  }

  @Test("a token that ends turns is a control token, whatever the converter made of it, as in llama.cpp")
  func controlToken() throws {
    var fields = try Self.fields("smollm", pre: "smollm")
    fields.tokenTypes[2] = 1
    let tokenizer = try Tokenizer(gguf: fields, file: "x.gguf")
    #expect(tokenizer.encode("a<|im_end|>").last == 2 && tokenizer.isSpecial(2))
    // Of a byte-level vocabulary an ordinary token.
    fields.tokens.append("</s>")
    fields.tokenTypes.append(1)
    #expect(try !Tokenizer(gguf: fields, file: "x.gguf").isSpecial(Int32(fields.tokens.count - 1)))
  }

  @Test("is refused by field where it is not understood or contradicts itself") func refused() throws {
    func field(_ edit: (inout GGUFTokenizerFields) -> Void) throws -> String? {
      var fields = try Self.fields("smollm", pre: "smollm")
      edit(&fields)
      return try #require(throws: InputError.self) { try Tokenizer(gguf: fields, file: "x.gguf") }.field
    }
    // It has no scores.
    #expect(try field { $0.model = "llama" } == "tokenizer.ggml.scores")
    #expect(try field { $0.model = "bert" } == "tokenizer.ggml.model")
    #expect(try field { $0.pre = "tekken-2" } == "tokenizer.ggml.pre")
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

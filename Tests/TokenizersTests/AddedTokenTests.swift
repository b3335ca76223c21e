import Diagnostics
import Foundation
import Testing
import Tokenizers

@Suite("Added tokens")
struct AddedTokenTests {
  @Test("are found with their flags as `tokenizers` finds them") func flags() throws {
    try TokenizerGoldens.expectAll("added", moreThan: 300)
  }

  @Test("Special tokens are known, and have no bytes") func special() throws {
    let tokenizer = try TokenizerGoldens.tokenizer("added")
    #expect(tokenizer.encode("<|im_end|>", addSpecialTokens: false) == [2])
    #expect(tokenizer.isSpecial(2))
    #expect(tokenizer.bytes(of: 2).isEmpty)
    #expect(tokenizer.decode([2]) == "<|im_end|>")
    #expect(tokenizer.decode([2], skipSpecialTokens: true) == "")
  }

  @Test("A hundred thousand of them are refused before time is spent on each") func tooMany() throws {
    var document = try #require(
      try JSONSerialization.jsonObject(with: TokenizerGoldens.document("gpt2")) as? [String: Any])
    var added = try #require(document["added_tokens"] as? [[String: Any]])
    let first = try #require((document["model"] as? [String: Any])?["vocab"] as? [String: Any]).count
    let before = added.count
    for number in 0..<65_536 { added.append(["id": first + number, "content": "<|\(number)|>", "special": true]) }
    func read(_ count: Int) throws -> Tokenizer {
      document["added_tokens"] = Array(added.prefix(count))
      return try tokenizer(reading: try JSONSerialization.data(withJSONObject: document))
    }
    let most = try read(65_536)
    #expect(most.encode("<|65000|>", addSpecialTokens: false) == [Int32(first + 65_000)])
    let error = try #require(throws: InputError.self) { try read(65_537) }
    #expect(error.field == "added_tokens" && error.problem.contains("more than 65536"), "\(error), \(before)")
  }

  @Test("Ids beyond the vocabulary have no text") func outOfRange() throws {
    let tokenizer = try TokenizerGoldens.tokenizer("gpt2")
    #expect(tokenizer.vocabularySize == 640)
    for id in [-1, 640, Int32.max, Int32.min] {
      #expect(tokenizer.bytes(of: id).isEmpty)
      #expect(tokenizer.decode([id]) == "")
      #expect(!tokenizer.isSpecial(id))
    }
  }

  @Test("An added word outside ASCII is its own text, not a spelling of bytes") func literal() throws {
    let tokens = ["a", "n", "naïve"]
    let fields = GGUFTokenizerFields(model: "gpt2", pre: "gpt-2", tokens: tokens, tokenTypes: [1, 1, 4], merges: [])
    let tokenizer = try Tokenizer(gguf: fields, file: "tiny.gguf")
    #expect(tokenizer.encode("anaïven") == [0, 2, 1])
    #expect(tokenizer.decode([0, 2, 1]) == "anaïven")
    #expect(tokenizer.bytes(of: 2) == Array("naïve".utf8))
  }

  @Test("The configuration names BOS and EOS; the post-processor decides whether BOS is added") func configuration()
    throws
  {
    let configuration = #"{"add_bos_token": true, "bos_token": {"content": "<|im_start|>"}, "eos_token": "<|im_end|>"}"#
    let plain = try tokenizer(reading: TokenizerGoldens.document("gpt2"), configuration: configuration)
    #expect(plain.bosTokenID == 1)
    #expect(plain.eosTokenID == 2)
    #expect(!plain.addsBOS)
    // transformers 5 would add it, older ones would not.
    #expect(plain.notes.count == 1 && plain.notes[0].hasPrefix("add_bos_token is true and the post-processor"))
    #expect(plain.encode("") == [])
    let template = try tokenizer(reading: TokenizerGoldens.document("llama3"), configuration: configuration)
    #expect(template.addsBOS && template.notes.isEmpty)
    #expect(template.encode("") == [1])
    #expect(template.encode("", addSpecialTokens: false) == [])
  }
}

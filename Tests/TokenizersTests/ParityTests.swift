import Testing
import Tokenizers

@Suite("Token ids are those of `tokenizers`")
struct ParityTests {
  @Test("on 2,500 texts in every script", arguments: ["gpt2", "smollm", "llama3", "qwen2"])
  func idsEqual(_ name: String) throws {
    let tokenizer = try TokenizerGoldens.tokenizer(name)
    let corpus = try TokenizerGoldens.corpus()
    let expected = try TokenizerGoldens.ids(name)
    #expect(corpus.count >= 2_000)
    #expect(corpus.count == expected.count)
    let different = zip(corpus, expected).filter { tokenizer.encode($0) != $1 }.map(\.0)
    #expect(different.isEmpty, "\(different.count) differ, such as \(different.prefix(3).map(\.debugDescription))")
  }

  @Test("also where a space is put before the text") func prefixSpace() throws {
    let tokenizer = try TokenizerGoldens.tokenizer("prefix")
    for golden in try TokenizerGoldens.cases("prefix") {
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
      #expect(tokenizer.decode(golden.ids) == golden.decoded)
    }
  }

  @Test("A vocabulary with every byte gives the text back", arguments: ["gpt2", "llama3"])
  func lossless(_ name: String) throws {
    let tokenizer = try TokenizerGoldens.tokenizer(name)
    for text in try TokenizerGoldens.corpus() {
      let back = tokenizer.decode(tokenizer.encode(text, addSpecialTokens: false))
      #expect(back.utf8.elementsEqual(text.utf8), "\(text.debugDescription)")
    }
  }

  @Test("The bytes of the tokens make up the text, characters cut in two included") func bytesMakeText() throws {
    let tokenizer = try TokenizerGoldens.tokenizer("gpt2")
    for text in try TokenizerGoldens.corpus() where !text.contains("<|") {
      #expect(tokenizer.encode(text).flatMap { tokenizer.bytes(of: $0) } == Array(text.utf8))
    }
  }

  @Test("A byte that the vocabulary lacks is dropped") func droppedByte() throws {
    let tokenizer = try TokenizerGoldens.tokenizer("smollm")
    #expect(tokenizer.decode(tokenizer.encode("a\u{0}b")) == "ab")
  }

  @Test("A long run of one letter takes no more than its length's time") func longPiece() throws {
    let tokenizer = try TokenizerGoldens.tokenizer("gpt2")
    let text = String(repeating: "the", count: 100_000)
    #expect(tokenizer.decode(tokenizer.encode(text)) == text)
  }

  @Test("A piece that is a token as a whole is that token where merges are ignored, and only there")
  func ignoresMerges() throws {
    let llama = try TokenizerGoldens.tokenizer("llama3")
    let whole = llama.encode(" helicopter", addSpecialTokens: false)
    #expect(whole.count == 1)
    #expect(llama.bytes(of: whole[0]) == Array(" helicopter".utf8))
    #expect(llama.encode(" helicopters", addSpecialTokens: false).count > 2)
  }
}

@Suite("Composed normal form")
struct CompositionTests {
  @Test("is that of `tokenizers`: Unicode 9's, marks in order, Hangul by arithmetic") func pairs() throws {
    let pairs: [[String]] = try TokenizerGoldens.lines("composition.jsonl")
    #expect(pairs.count > 1_500)
    for pair in pairs {
      let composed = CanonicalComposition.shared.composed(Array(pair[0].utf8))
      #expect(composed == Array(pair[1].utf8), "\(pair[0].unicodeScalars.map { String($0.value, radix: 16) })")
    }
  }

  @Test("makes one text of two spellings") func spellings() throws {
    let tokenizer = try TokenizerGoldens.tokenizer("qwen2")
    #expect(tokenizer.encode("cafe\u{301}") == tokenizer.encode("caf\u{E9}"))
    let plain = try TokenizerGoldens.tokenizer("gpt2")
    #expect(plain.encode("cafe\u{301}") != plain.encode("caf\u{E9}"))
  }
}

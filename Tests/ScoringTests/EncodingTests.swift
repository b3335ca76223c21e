import Scoring
import Suites
import Testing

@Suite("Requests are encoded as lm-evaluation-harness encodes them")
struct EncodingTests {
  @Test("trailing white space moves from the context to the continuation")
  func trailingSpace() throws {
    let tokenizer = try tinyModel().tokenizer
    let spaced = try tokenizer.encode(context: "the quick ", continuation: "fox", specialTokens: true)
    let plain = try tokenizer.encode(context: "the quick", continuation: " fox", specialTokens: true)
    #expect(spaced == plain)
    #expect(spaced.ids == tokenizer.encode("the quick fox"))
  }

  @Test("an empty context is the prefix token, and not a second one where the continuation brings it")
  func emptyContext() throws {
    let tokenizer = try tinyModel().tokenizer
    let prefix = try #require(tokenizer.bosTokenID ?? tokenizer.eosTokenID)
    let encoded = try tokenizer.encode(context: "", continuation: "fox", specialTokens: true)
    #expect(encoded.contextCount == 1)
    #expect(encoded.ids == [prefix] + tokenizer.encode("fox", addSpecialTokens: false))
  }

  @Test("BOS stands before the context where the tokenizer adds it")
  func bos() throws {
    let model = try tinyModel("llama-untied")
    let encoded = try model.tokenizer.encode(context: "the", continuation: " fox", specialTokens: true)
    #expect(model.tokenizer.addsBOS && encoded.ids.first == model.tokenizer.bosTokenID)
    let without = try model.tokenizer.encode(context: "the", continuation: " fox", specialTokens: false)
    #expect(without.ids == Array(encoded.ids.dropFirst()))
  }

  @Test("an empty continuation is an error, never a score")
  func emptyContinuation() throws {
    let scorer = EngineScorer(try tinyModel())
    let fault = #expect(throws: UnscorableRequest.self) {
      try scorer.score([
        Request(context: "a", continuation: " b", exactMatch: nil),
        Request(context: "a", continuation: "", exactMatch: nil),
      ])
    }
    #expect(fault?.index == 1)
  }

  @Test("a prompt longer than the model's context is an error, never truncated")
  func tooLong() throws {
    let model = try tinyModel()
    let words = Array(repeating: "fox", count: model.decoder.spec.contextLength + 1).joined(separator: " ")
    let fault = #expect(throws: UnscorableRequest.self) {
      try EngineScorer(model).score([Request(context: words, continuation: " a", exactMatch: nil)])
    }
    #expect(fault?.problem.contains("the model's context \(model.decoder.spec.contextLength)") == true)
  }
}

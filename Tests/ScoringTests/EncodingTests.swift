import Checkpoints
import Foundation
import Scoring
import Suites
import Tokenizers
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

  @Test("an EOS that the tokenizer appends stands neither behind the context nor behind the answer")
  func appendedEOS() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let (plain, appending) = (try tinyModel(), try modelThatAppendsEOS(in: folder))
    let end = try #require(appending.tokenizer.eosTokenID)
    #expect(appending.tokenizer.encode("the quick").last == end)
    for context in ["the quick", "the quick ", ""] {
      let encoded = try appending.tokenizer.encode(context: context, continuation: " fox", specialTokens: true)
      #expect(encoded == (try plain.tokenizer.encode(context: context, continuation: " fox", specialTokens: true)))
    }
    let request = Request(
      context: "the quick", continuation: " fox", exactMatch: ExactMatchRule(accepted: ["fox"], stop: "\n"))
    let scores = try [plain, appending].map { try EngineScorer($0).score([request])[0] }
    #expect(scores[0] == scores[1])
    #expect(appending.notes.contains { $0.contains("appends") } && plain.notes.isEmpty)
    // What an older version kept of such a model is another thing.
    #expect(EngineScorer(plain).numericsID != EngineScorer(appending).numericsID)
    #expect(EngineScorer(appending).numericsID.hasSuffix(", scoring \(scoringVersion)"))
  }

  @Test("a tokenizer that puts a space before a text: the answer keeps its own, and is encoded within the whole")
  func spaceBeforeText() throws {
    let goldens = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    for name in ["llama2", "llama2-first", "gemma"] {
      let file = goldens.appending(path: "Goldens/tokenizers/pipelines/\(name).tokenizer.json")
      let tokenizer = try Tokenizer(json: file, configuration: nil)
      let context = "Q: What is the capital of Norway?\nA:"
      let encoded = try tokenizer.encode(context: context, continuation: " Oslo", specialTokens: true)
      #expect(encoded.ids == tokenizer.encode(context + " Oslo") && encoded.ids.first == 1)
      #expect(encoded.continuation.flatMap { tokenizer.bytes(of: $0) } == Array(" Oslo".utf8))
      #expect(encoded == (try tokenizer.encode(context: context + " ", continuation: "Oslo", specialTokens: true)))
      let alone = try tokenizer.encode(context: "", continuation: "日本", specialTokens: true)
      let space = name == "gemma" ? "" : " "
      #expect(alone.continuation.flatMap { tokenizer.bytes(of: $0) } == Array((space + "日本").utf8))
    }
  }

  @Test("letters that are tokens of one byte are counted, and many are an alarm")
  func singleLetters() throws {
    let tokenizer = try tinyModel().tokenizer
    let words = PromptEncoding(
      [Request(context: "x the and that for 12345 ...", continuation: " one", exactMatch: nil)], tokenizer)
    #expect(words.letters == 17 && words.singleLetters == 1)
    #expect(words.warnings.isEmpty)
    let letters = PromptEncoding([Request(context: "Z\nX\nQ\nJ", continuation: "\nK the", exactMatch: nil)], tokenizer)
    #expect(letters.letters == 8 && letters.singleLetters >= 5)
    #expect(letters.warnings.count == 1 && letters.warnings[0].contains("tokens of a single byte"))
    #expect(PromptEncoding([], tokenizer).warnings.isEmpty)
  }

  @Test("a tokenizer that is much smaller than the embedding may be another model's, and that is said")
  func foreignTokenizer() throws {
    let plain = try tinyModel()
    #expect(plain.notes.isEmpty)
    let (rows, hidden) = (plain.tokenizer.vocabularySize * 2, plain.decoder.spec.hiddenSize)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    let source = Repository.goldens.appendingPathComponent("checkpoints/llama-tied")
    try FileManager.default.copyItem(at: source, to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = try Checkpoint.open(source.path)
    let file = folder.appendingPathComponent("config.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    let declared = "\"vocab_size\": \(model.configuration.vocabularySize)"
    #expect(text.contains(declared))
    try text.replacing(declared, with: "\"vocab_size\": \(rows)").write(to: file, atomically: true, encoding: .utf8)
    var tensors: [(name: String, shape: [Int], values: [Float])] = []
    for name in model.tensors.names {
      let tensor = try #require(model.tensors.tensor(name))
      let isEmbedding = name == "model.embed_tokens.weight"
      let padding = isEmbedding ? [Float](repeating: 0, count: rows * hidden - tensor.count) : []
      tensors.append((name, isEmbedding ? [rows, hidden] : tensor.shape, tensor.decodeAll() + padding))
    }
    try SafetensorsOutput(type: .f32).write(tensors, to: folder.appendingPathComponent("model.safetensors"))
    let padded = try LoadedModel(try Checkpoint.open(folder.path), threads: 2)
    #expect(padded.notes.count == 1 && padded.notes[0].contains("it may be another model's"), "\(padded.notes)")
  }

  @Test("SmolLM2 reads the core suite in words", .enabled(if: Repository.smolLM2 != nil, "the model is not fetched"))
  func realModel() throws {
    let tokenizer = try Tokenizer(try Checkpoint.open(try #require(Repository.smolLM2)).tokenizer)
    let suite = try Suite.load(Repository.root.appendingPathComponent("suites/core").path)
    let encoding = PromptEncoding(try suite.sampleRequests(), tokenizer)
    #expect(encoding.letters > 10_000)
    #expect(encoding.singleLetterShare < 0.1, "\(encoding)")
    #expect(encoding.warnings.isEmpty)
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

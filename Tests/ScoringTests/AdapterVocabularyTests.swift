import Checkpoints
import Foundation
import Scoring
import Suites
import Testing
import Transformer

@Suite("An adapter that changes the vocabulary is scored in its own")
struct AdapterVocabularyTests {
  private func adapter(_ name: String, on base: String) throws -> Adapter {
    let folder = Repository.goldens
    return try Adapter.open(
      folder.appendingPathComponent("adapter-kinds/\(name)").path,
      on: try Checkpoint.open(folder.appendingPathComponent("families/\(base)").path))
  }

  private func model(_ adapter: Adapter) throws -> LoadedModel {
    try LoadedModel(adapter.checkpoint, adapters: [adapter], threads: 2)
  }

  @Test("added tokens are read by the tokenizer beside it, on a folder and on a GGUF", arguments: ["", ".gguf"])
  func added(format: String) throws {
    let base = try Checkpoint.open(Repository.goldens.appendingPathComponent("families/llama-linear\(format)").path)
    let larger = try Adapter.open(Repository.goldens.appendingPathComponent("adapter-kinds/larger").path, on: base)
    let loaded = try model(larger)
    #expect(loaded.tokenizer.encodePrompt("<added 129>", addSpecialTokens: false) == [129])
    #expect(try LoadedModel(base, threads: 1).tokenizer.encodePrompt("<added 129>", addSpecialTokens: false).count > 1)
    let score = try EngineScorer(loaded, adapter: 0).score([
      Request(context: "so <added 128>", continuation: "<added 129>", exactMatch: nil)
    ])
    #expect(score[0].tokens == [129] && (score[0].logprob ?? 0) < 0)
    #expect(loaded.files.contains { $0.path.hasSuffix("larger/tokenizer.json") })
  }

  @Test("a token beyond an embedding that was cut is no score")
  func beyond() throws {
    let smaller = try adapter("smaller", on: "qwen2-untied")
    let loaded = try model(smaller)
    let lost = try #require(
      (120..<128).map { loaded.tokenizer.decode([$0]) }.first {
        loaded.tokenizer.encodePrompt($0, addSpecialTokens: false).contains { $0 >= 120 }
      })
    #expect(throws: UnscorableRequest.self) {
      _ = try EngineScorer(loaded, adapter: 0).score([Request(context: lost, continuation: "a", exactMatch: nil)])
    }
  }

  @Test(
    "its bits are those of a batch, of any wave and of any number of threads",
    arguments: [
      ("embedding", "llama-linear"), ("dora", "llama-bias"), ("tokens-apart", "llama-linear"), ("ia3", "llama-bias"),
    ])
  func bits(name: String, base: String) throws {
    let adapter = try adapter(name, on: base)
    let requests = randomRequests(16, seed: 6).map { request in
      let text = request.context.replacing("naïve", with: "plain").replacing("été", with: "May")
      return Request(
        context: String(text.suffix(130)), continuation: " so", exactMatch: ExactMatchRule(accepted: ["so"], stop: "\n")
      )
    }
    func scores(_ threads: Int, _ rows: Int) throws -> [Score] {
      try EngineScorer(
        LoadedModel(adapter.checkpoint, adapters: [adapter], threads: threads), adapter: 0, waveRows: rows
      ).score(requests)
    }
    let reference = try scores(1, 7)
    for (threads, rows) in [(2, 64), (3, 4096)] { #expect(try scores(threads, rows) == reference) }
    let plain = try EngineScorer(LoadedModel(adapter.base, threads: 2)).score(requests)
    #expect(zip(plain, reference).contains { abs(($0.logprob ?? 0) - ($1.logprob ?? 0)) > 0.1 })
  }
}

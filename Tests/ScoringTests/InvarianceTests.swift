import Checkpoints
import Foundation
import Scoring
import Suites
import Testing
import Transformer

@Suite("A request's score is the same bits however it is scored")
struct InvarianceTests {
  @Test(
    "alone, batched, shared, in any order, wave size and number of threads",
    arguments: ["llama-tied", "llama-untied", "llama-f16", "llama-tied-q8_0.gguf"])
  func tiny(name: String) throws {
    let requests = randomRequests(60, seed: 5)
    let reference = try EngineScorer(tinyModel(name, threads: 1)).score(requests)
    // Short waves cut trees in the middle, so that spines are carried over many waves.
    for (threads, waveRows) in [(1, 7), (2, 64), (3, 33), (2, 4096), (5, 200)] {
      let scores = try EngineScorer(tinyModel(name, threads: threads), waveRows: waveRows).score(requests)
      #expect(scores == reference, "\(threads) threads, waves of \(waveRows)")
    }
    let model = try tinyModel(name)
    var random = Numbers(seed: 9)
    for _ in 0..<15 {
      let index = random.below(requests.count)
      #expect(try EngineScorer(model).score([requests[index]]) == [reference[index]], "alone")
    }
    let order = requests.indices.sorted { requests[$0].id < requests[$1].id }
    let shuffled = try EngineScorer(model, waveRows: 50).score(order.map { requests[$0] })
    #expect(shuffled == order.map { reference[$0] })
  }

  /// One of each kind of block, and of each way in which layers differ.
  @Test(
    "of every family: alone, batched, shared, in any wave size and number of threads",
    arguments: [
      "llama-bias", "llama-yarn", "mistral", "ministral", "qwen2-window", "qwen3", "gemma", "gemma2", "gemma3", "phi",
      "phi3",
      "olmo2", "olmo3", "granite", "smollm3", "gpt2", "gpt_neox", "starcoder2", "stablelm-parallel", "cohere2", "glm4",
      "exaone4", "qwen3_moe-mixed", "qwen2_moe", "mixtral-window", "olmoe", "granitemoe",
    ])
  func family(name: String) throws {
    let path = Repository.goldens.appendingPathComponent("families/\(name)").path
    let checkpoint = try Checkpoint.open(path)
    // Their tokens are single letters of ASCII; with three shots the longest prompts pass the first tile of keys and every window.
    let requests = randomRequests(24, seed: 6).map { request in
      let text = request.context.replacing("naïve", with: "plain").replacing("été", with: "May")
      return Request(
        context: String(text.suffix(130)), continuation: " so",
        exactMatch: ExactMatchRule(accepted: ["so"], stop: "\n"))
    }
    let reference = try EngineScorer(LoadedModel(checkpoint, threads: 1)).score(requests)
    for (threads, waveRows) in [(1, 7), (2, 64), (3, 4096)] {
      let scores = try EngineScorer(LoadedModel(checkpoint, threads: threads), waveRows: waveRows).score(requests)
      #expect(scores == reference, "\(threads) threads, waves of \(waveRows)")
    }
    let model = try LoadedModel(checkpoint, threads: 2)
    for index in stride(from: 0, to: requests.count, by: 5) {
      #expect(try EngineScorer(model).score([requests[index]]) == [reference[index]], "alone")
    }
  }

  @Test("an adapter's scores do not depend on what else runs")
  func adapter() throws {
    let checkpoint = try Checkpoint.open(Repository.goldens.appendingPathComponent("checkpoints/llama-tied").path)
    let path = Repository.goldens.appendingPathComponent("adapters/patterns").path
    let adapter = try Adapter.open(path, on: checkpoint)
    let requests = randomRequests(30, seed: 8)
    let alone = try EngineScorer(try LoadedModel(checkpoint, adapters: [adapter], threads: 1), adapter: 0)
      .score(requests)
    let shared = try LoadedModel(checkpoint, adapters: [adapter, adapter], threads: 3)
    let base = try EngineScorer(shared, waveRows: 40).score(requests)
    #expect(try EngineScorer(shared, adapter: 1, waveRows: 40).score(requests) == alone)
    #expect(base != alone)
  }

  @Test("batches are delivered once each, whole, whatever the size of a forest")
  func delivery() throws {
    let requests = randomRequests(90, seed: 12)
    let batches = stride(from: 0, to: 90, by: 9).map { Array(requests[$0..<$0 + 9]) } + [[]]
    let expected = try EngineScorer(tinyModel()).score(requests)
    let collector = Collector()
    let progress = try EngineScorer(tinyModel(), waveRows: 8).score(
      batches, progress: { _ in }, deliver: { collector.add($0, $1) })
    #expect(collector.order.sorted() == Array(batches.indices))
    #expect((0..<10).flatMap { collector.scores[$0] ?? [] } == expected)
    #expect(progress.batches == batches.count)
    #expect(progress.rows < progress.plainRows)
  }

  @Test("SmolLM2: alone, batched and shared", .enabled(if: Repository.smolLM2 != nil, "the model has not been fetched"))
  func smolLM2() throws {
    let checkpoint = try Checkpoint.open(try #require(Repository.smolLM2))
    let suite = try Suite.load(Repository.root.appendingPathComponent("suites/smoke").path)
    let requests = Array(try suite.requestBlocks().flatMap { $0.observations.map(\.request) }.prefix(144))
    let model = try LoadedModel(checkpoint, threads: 2)
    let reference = try EngineScorer(model).score(requests)
    let other = try EngineScorer(try LoadedModel(checkpoint, threads: 1), waveRows: 150).score(
      Array(requests.prefix(60)))
    #expect(other == Array(reference.prefix(60)))
    for index in [3, 77, 140] {
      #expect(try EngineScorer(model).score([requests[index]]) == [reference[index]])
    }
  }
}

/// Collects what a scorer delivers.
private final class Collector {
  private(set) var order: [Int] = []
  private(set) var scores: [Int: [Score]] = [:]

  func add(_ index: Int, _ batch: [Score]) {
    order.append(index)
    scores[index] = batch
  }
}

import Checkpoints
import Scoring
import Suites
import Testing
import Transformer

@Suite("Exact match equals plain greedy decoding")
struct GreedyTests {
  @Test("2,000 cases on tiny models: right answers, other segmentations, near misses and aliases")
  func tiny() throws {
    var checked = 0
    for name in ["llama-tied", "llama-f16"] {
      let model = try tinyModel(name)
      for seed in UInt64(1)...11 {
        checked += try compare(model, contexts: randomRequests(320, seed: seed).map(\.context), seed: seed)
      }
    }
    #expect(checked >= 2000)
  }

  @Test("200 cases on SmolLM2", .enabled(if: Repository.smolLM2 != nil, "the model has not been fetched"))
  func smolLM2() throws {
    let suite = try Suite.load(Repository.root.appendingPathComponent("suites/smoke").path)
    let contexts = try suite.requestBlocks().flatMap(\.observations).filter { $0.k == 4 }.map(\.request.context)
    let model = try LoadedModel(try Checkpoint.open(try #require(Repository.smolLM2)), threads: 2)
    let some = stride(from: 0, to: contexts.count, by: 3).prefix(62).map { contexts[$0] }
    #expect(try compare(model, contexts: some, seed: 3) >= 200)
  }

  /// Four rules a context, made from what the model really says there. Returns how many were compared.
  private func compare(_ model: LoadedModel, contexts: [String], seed: UInt64) throws -> Int {
    var random = Numbers(seed: seed)
    // A tiny model can say bytes that are no text; no answer is written with those.
    let said = try greedyTexts(model, contexts, tokens: 10)
    let contexts = zip(contexts, said).filter { $0.1 != nil }.map(\.0)
    let texts = said.compactMap { $0 }
    var requests: [Request] = []
    var expected: [Bool] = []
    for (context, text) in zip(contexts, texts) {
      // A random model rarely says "\n": any piece of its own text does as a stop.
      let scalars = Array(text.unicodeScalars)
      let stop = scalars.isEmpty ? "\n" : String(scalars[scalars.count / 2 + random.below((scalars.count + 1) / 2)])
      let answer = trimmed(cut(text, at: stop))
      let candidates = [answer, answer + "x", String(answer.unicodeScalars.dropLast()), "fox"]
      for candidate in candidates where !trimmed(candidate).isEmpty {
        let accepted = random.below(2) == 0 ? [candidate] : [candidate, answer + " or so"]
        requests.append(
          Request(
            context: context, continuation: " " + candidate, exactMatch: ExactMatchRule(accepted: accepted, stop: stop))
        )
        expected.append(contains(text, stop) && accepted.contains { Array($0.utf8) == Array(answer.utf8) })
      }
    }
    let scores = try EngineScorer(model).score(requests)
    var checked = 0
    for (index, score) in scores.enumerated() {
      // Ten tokens settle only what they complete: a text that has not stopped by then says nothing.
      guard
        contains(texts[contexts.firstIndex(of: requests[index].context) ?? 0], requests[index].exactMatch?.stop ?? "")
      else { continue }
      checked += 1
      #expect(score.exactMatch == expected[index], "\(requests[index].continuation)")
    }
    #expect(checked > requests.count / 2)
    #expect(expected.contains(true) && expected.contains(false))
    return checked
  }

  /// Greedy decoding without any cleverness: every context in full at every step, nothing shared, nothing known beforehand.
  private func greedyTexts(_ model: LoadedModel, _ contexts: [String], tokens: Int) throws -> [String?] {
    let prompts = contexts.map { model.tokenizer.encode($0) }
    var texts = prompts
    var open = Array(prompts.indices)
    for _ in 0..<tokens {
      var wave = Wave()
      for index in open {
        let ids = texts[index]
        wave.segments.append(
          Wave.Segment(firstRow: wave.rowCount, count: ids.count, startPosition: 0, parent: nil))
        wave.tokens += ids
        wave.positions += ids.indices.map { Int32($0) }
        wave.scored.append(Wave.ScoredRow(row: wave.rowCount - 1, targets: []))
      }
      var still: [Int] = []
      for (index, next) in zip(open, try model.decoder.forward(wave).map(\.argmax))
      where next != model.tokenizer.eosTokenID && Int(next) < model.tokenizer.vocabularySize {
        texts[index].append(next)
        still.append(index)
      }
      open = still
      if open.isEmpty { break }
    }
    return zip(texts, prompts).map { text, prompt in
      String(validating: text.dropFirst(prompt.count).flatMap { model.tokenizer.bytes(of: $0) }, as: UTF8.self)
    }
  }

  private func cut(_ text: String, at stop: String) -> String {
    let bytes = Array(text.utf8)
    let needle = Array(stop.utf8)
    let end = bytes.indices.first { bytes[$0...].starts(with: needle) } ?? bytes.count
    return String(decoding: bytes[..<end], as: UTF8.self)
  }

  private func contains(_ text: String, _ stop: String) -> Bool {
    Array(text.utf8).indices.contains { Array(text.utf8)[$0...].starts(with: stop.utf8) }
  }

  private func trimmed(_ text: String) -> String {
    let space: Set<UInt8> = [0x20, 9, 10, 11, 12, 13]
    var bytes = Array(text.utf8)[...]
    while let first = bytes.first, space.contains(first) { bytes.removeFirst() }
    while let last = bytes.last, space.contains(last) { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}

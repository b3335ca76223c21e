import Checkpoints
import Testing
import Transformer

@Suite("A generated sequence is the same whatever is generated beside it")
struct GenerationInvarianceTests {
  static let settings = SamplingSettings(temperature: 1, maximumTokens: 80, stopTokens: [5, 11])

  private func reference() throws -> [SampledSequence] {
    try SequenceSampler(Decoder(tiny("llama-tied"), threads: 1)).sample(
      prompts: generationPrompts(), settings: Self.settings, seed: 3)
  }

  @Test("alone, as in a batch", arguments: [1, 2])
  func alone(threads: Int) throws {
    let sampler = SequenceSampler(try Decoder(tiny("llama-tied"), threads: threads))
    let batch = try reference()
    #expect(Set(batch.map(\.tokens.count)).count > 1, "some sequences must end early")
    for (index, prompt) in try generationPrompts().enumerated() {
      let alone = try sampler.sample(prompts: [prompt], settings: Self.settings, seed: 3, firstStream: UInt64(index))
      #expect(alone == [batch[index]])
    }
  }

  @Test("with any number of threads", arguments: [2, 3, 8])
  func threads(count: Int) throws {
    let sampler = SequenceSampler(try Decoder(tiny("llama-tied"), threads: count))
    #expect(try sampler.sample(prompts: generationPrompts(), settings: Self.settings, seed: 3) == reference())
  }

  @Test(
    "however few sequences, prompt tokens or keys fit at once",
    arguments: [(1, 1, 0), (3, 2048, 1 << 30), (256, 65, 1 << 30), (256, 2048, 100_000)])
  func limits(sequences: Int, rows: Int, bytes: Int) throws {
    let sampler = SequenceSampler(
      try Decoder(tiny("llama-tied"), threads: 2), sequences: sequences, waveRows: rows, cacheBytes: bytes)
    var delivered: [Int: SampledSequence] = [:]
    let result = try sampler.sample(
      prompts: generationPrompts(), settings: Self.settings, seed: 3, deliver: { delivered[$0] = $1 })
    #expect(try result == reference())
    #expect(delivered == Dictionary(uniqueKeysWithValues: result.enumerated().map { ($0, $1) }))
  }

  @Test("another seed or another stream gives another text")
  func seeds() throws {
    let sampler = SequenceSampler(try Decoder(tiny("llama-tied"), threads: 2))
    let prompt = [[Int32]](repeating: [7, 8, 9], count: 16)
    let settings = SamplingSettings(temperature: 1, maximumTokens: 12)
    let first = try sampler.sample(prompts: prompt, settings: settings, seed: 1)
    let second = try sampler.sample(prompts: prompt, settings: settings, seed: 2)
    #expect(Set((first + second).map(\.tokens)).count == 32)
  }

  @Test("the decoder scores as before while its sequences are generated")
  func scoring() throws {
    let decoder = try Decoder(tiny("llama-tied"), threads: 2)
    let ids = try generationPrompts()[7]
    let before = try decoder.logits(wave(ids, scoring: [ids.count - 1]))
    _ = try SequenceSampler(decoder).sample(prompts: generationPrompts(), settings: Self.settings, seed: 3)
    #expect(try decoder.logits(wave(ids, scoring: [ids.count - 1])) == before)
  }
}

import Checkpoints
import Diagnostics
import Testing
import Transformer

@Suite("A generated sequence ends where it should")
struct GenerationEndingTests {
  private let sampler: SequenceSampler
  private let golden: GreedyGolden

  init() throws {
    sampler = SequenceSampler(try Decoder(tiny("llama-tied"), threads: 2))
    golden = try GreedyGolden.all()[2]
  }

  private func greedy(_ prompt: [Int32], most: Int, stop: Set<Int32> = []) throws -> SampledSequence {
    try sampler.sample(
      prompts: [prompt], settings: SamplingSettings(temperature: 0, maximumTokens: most, stopTokens: stop), seed: 1)[0]
  }

  @Test("before the first stop token, which is not part of it")
  func stops() throws {
    let stop = golden.tokens[40]
    let first = try #require(golden.tokens.firstIndex(of: stop))
    let sequence = try greedy(golden.prompt, most: 96, stop: [stop])
    #expect(sequence.tokens == Array(golden.tokens[..<first]))
    #expect(sequence.ending == .stopToken(stop) && sequence.stopped)
  }

  @Test("with no token where the first is a stop token")
  func stopsAtOnce() throws {
    let sequence = try greedy(golden.prompt, most: 96, stop: [golden.tokens[0]])
    #expect(sequence == SampledSequence(tokens: [], ending: .stopToken(golden.tokens[0])))
  }

  @Test("after the most tokens it may have", arguments: [0, 1, 2, 47])
  func most(count: Int) throws {
    let sequence = try greedy(golden.prompt, most: count)
    #expect(sequence == SampledSequence(tokens: Array(golden.tokens[..<count]), ending: .maximumTokens))
    #expect(!sequence.stopped)
  }

  @Test("where the model's context of 256 is full", arguments: [130, 254, 255, 256])
  func context(length: Int) throws {
    let prompt = (0..<length).map { Int32($0 * 31 % 359 + 1) }
    let sequence = try greedy(prompt, most: .max)
    #expect(sequence.tokens.count == 256 - length && sequence.ending == .contextLength)
  }

  @Test("and no prompts give no sequences")
  func none() throws {
    let settings = SamplingSettings(temperature: 1, maximumTokens: 8)
    #expect(try sampler.sample(prompts: [], settings: settings, seed: 1).isEmpty)
  }

  @Test(
    "a prompt that no model can continue is refused by its number",
    arguments: [
      ([], "prompt 1"), ([360], "prompt 1"), ([-1], "prompt 1"), ([Int32](repeating: 1, count: 257), "prompt 1"),
    ])
  func prompts(prompt: [Int32], field: String) {
    let settings = SamplingSettings(temperature: 1, maximumTokens: 8)
    let fault = #expect(throws: InputError.self) {
      try sampler.sample(prompts: [[1], prompt], settings: settings, seed: 1)
    }
    #expect(fault?.field == field)
  }

  @Test("settings that choose no token are refused by their name")
  func settings() {
    func field(_ settings: SamplingSettings) -> String? {
      let fault = #expect(throws: InputError.self) { try sampler.sample(prompts: [[1]], settings: settings, seed: 1) }
      return fault?.field
    }
    #expect(field(SamplingSettings(temperature: -1, maximumTokens: 1)) == "temperature")
    #expect(field(SamplingSettings(temperature: .nan, maximumTokens: 1)) == "temperature")
    #expect(field(SamplingSettings(temperature: .infinity, maximumTokens: 1)) == "temperature")
    #expect(field(SamplingSettings(temperature: 1, topK: 0, maximumTokens: 1)) == "top_k")
    #expect(field(SamplingSettings(temperature: 1, maximumTokens: -1)) == "maximum_tokens")
  }
}

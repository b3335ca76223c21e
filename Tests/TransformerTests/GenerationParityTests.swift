import Checkpoints
import Testing
import Transformer

@Suite("Generated text is what the model says, token by token")
struct GenerationParityTests {
  @Test("greedy tokens equal transformers' generate", arguments: ["llama-tied", "llama-untied", "llama-f16"])
  func transformers(name: String) throws {
    let goldens = try GreedyGolden.all().filter { $0.model == name }
    #expect(goldens.count == 8 && goldens.allSatisfy { $0.margin > 1e-4 })
    let sampler = SequenceSampler(try Decoder(tiny(name), threads: 2))
    let sequences = try sampler.sample(
      prompts: goldens.map(\.prompt), settings: SamplingSettings(temperature: 0, maximumTokens: 96), seed: 1)
    for (golden, sequence) in zip(goldens, sequences) {
      #expect(sequence == SampledSequence(tokens: golden.tokens, ending: .maximumTokens))
    }
  }

  @Test(
    "every logit has the bits of running the whole sequence anew, and temperature 0 takes the highest",
    arguments: [nil, 0])
  func wholeForward(adapter: Int?) throws {
    let decoder = try adaptedDecoder(threads: 2)
    let prompts = try generationPrompts()
    var seen = [[[Float]]](repeating: [], count: prompts.count)
    let sequences = try SequenceSampler(decoder, adapter: adapter).sample(
      prompts: prompts, settings: SamplingSettings(temperature: 0, maximumTokens: 70), seed: 1,
      inspect: { seen[$0].append(Array($1)) })
    for (index, prompt) in prompts.enumerated() {
      var ids = prompt
      for (step, token) in sequences[index].tokens.enumerated() {
        let anew = wave(ids, scoring: [ids.count - 1], adapter: adapter)
        #expect(try decoder.logits(anew)[0].map(\.bitPattern) == seen[index][step].map(\.bitPattern))
        #expect(try decoder.forward(anew)[0].argmax == token)
        ids.append(token)
      }
    }
  }

  @Test("sampled text with the cache is that of drawing from whole forward passes")
  func withoutCache() throws {
    let decoder = try adaptedDecoder(threads: 2)
    let prompts = try generationPrompts()
    let settings = SamplingSettings(temperature: 0.9, topK: 40, maximumTokens: 20)
    let sequences = try SequenceSampler(decoder).sample(prompts: prompts, settings: settings, seed: 7)
    let draw = TokenDraw(temperature: 0.9, topK: 40)
    for (index, prompt) in prompts.enumerated() {
      var generator = SamplingGenerator(seed: 7, stream: UInt64(index))
      var ids = prompt
      for _ in 0..<20 {
        let logits = try decoder.logits(wave(ids, scoring: [ids.count - 1]))[0]
        let uniform = generator.uniform()
        ids.append(logits.withUnsafeBufferPointer { draw.token($0, uniform: uniform) })
      }
      #expect(sequences[index].tokens == Array(ids[prompt.count...]))
    }
  }
}

import Checkpoints
import Foundation
import Testing
import Transformer

@Suite("Tokens are drawn with the model's probabilities")
struct GenerationDrawTests {
  @Test("20,000 draws agree with transformers' softmax (chi-square)", arguments: [(1.0, nil), (2.0, nil), (2.0, 20)])
  func chiSquare(temperature: Double, topK: Int?) throws {
    let golden = try LogitsGolden("checkpoints/llama-tied/expected.json")
    let probabilities = softmax(golden.logits[0], temperature, topK)
    let count = 20_000
    let sampler = SequenceSampler(try Decoder(tiny("llama-tied"), threads: 2))
    let sequences = try sampler.sample(
      prompts: [[Int32]](repeating: golden.sequences[0].ids, count: count),
      settings: SamplingSettings(temperature: temperature, topK: topK, maximumTokens: 1), seed: 20_251_122)
    var drawn = [Double](repeating: 0, count: probabilities.count)
    for sequence in sequences { drawn[Int(sequence.tokens[0])] += 1 }

    // Cells with fewer than five expected draws are one cell.
    var chiSquare = 0.0
    var cells = 0.0
    var rest = (expected: 0.0, drawn: 0.0)
    for (probability, drawn) in zip(probabilities, drawn) {
      let expected = probability * Double(count)
      if expected < 5 {
        rest.expected += expected
        rest.drawn += drawn
        #expect(probability > 0 || drawn == 0)
      } else {
        chiSquare += (drawn - expected) * (drawn - expected) / expected
        cells += 1
      }
    }
    if rest.expected >= 5 {
      chiSquare += (rest.drawn - rest.expected) * (rest.drawn - rest.expected) / rest.expected
      cells += 1
    }
    // Wilson and Hilferty's normal deviate; a value beyond 3.3 on either side has a probability of 0.001.
    let freedom = cells - 1
    let deviate = (cbrt(chiSquare / freedom) - (1 - 2 / (9 * freedom))) / (2 / (9 * freedom)).squareRoot()
    #expect(freedom >= 15 && abs(deviate) < 3.3, "chi-square \(chiSquare) with \(freedom) degrees of freedom")
  }

  @Test("the inverse distribution function takes the first token whose cumulative probability is above the number")
  func inverse() {
    // exp(logit) is 1, 2, 1: cumulative probabilities 0.25, 0.75, 1.
    let logits: [Float] = [0, Float(log(2.0)), 0]
    func token(_ uniform: Double) -> Int32 {
      logits.withUnsafeBufferPointer { TokenDraw(temperature: 1).token($0, uniform: uniform) }
    }
    #expect([0, 0.24, 0.26, 0.74, 0.76, 1.0.nextDown].map(token) == [0, 0, 1, 1, 2, 2])
  }

  @Test("top-k keeps the highest logits, the lowest ids among equals")
  func topK() {
    let logits: [Float] = [1, 3, 2, 3, 2, 2]
    func tokens(_ topK: Int?, temperature: Double = 1) -> Set<Int32> {
      let draw = TokenDraw(temperature: temperature, topK: topK)
      let uniforms = (0..<200).map { Double($0) / 200 }
      return Set(uniforms.map { uniform in logits.withUnsafeBufferPointer { draw.token($0, uniform: uniform) } })
    }
    #expect(tokens(1) == [1])
    #expect(tokens(2) == [1, 3])
    #expect(tokens(3) == [1, 2, 3])
    #expect(tokens(4) == [1, 2, 3, 4])
    #expect(tokens(6) == [0, 1, 2, 3, 4, 5])
    #expect(tokens(.max) == tokens(nil))
    #expect(tokens(nil, temperature: 1e-300) == [1, 3])
  }

  @Test("the stream is SplitMix64's")
  func splitMix() {
    // The first outputs for the seed 1234567, as printed with the reference implementation (Vigna, splitmix64.c).
    var generator = SamplingGenerator(state: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
      16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  /// Independent of the engine: sorted, in Double.
  private func softmax(_ logits: [Float], _ temperature: Double, _ topK: Int?) -> [Double] {
    let ids = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(topK ?? logits.count)
    var weights = [Double](repeating: 0, count: logits.count)
    for id in ids { weights[id] = exp(Double(logits[id]) / temperature) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}

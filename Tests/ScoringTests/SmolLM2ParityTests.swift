import Testing

/// Goldens by Scripts/goldens/smollm2.py.
@Suite("SmolLM2 parity", .enabled(if: Repository.smolLM2 != nil, "the model has not been fetched"))
struct SmolLM2ParityTests {
  @Test("60 real requests: every logprob within 1e-3, greedy flags and token ids equal")
  func requests() throws {
    try expectTransformersAnswers(try #require(Repository.smolLM2), goldens: "smollm2")
  }
}

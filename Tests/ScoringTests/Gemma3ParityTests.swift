import Testing

/// Goldens by Scripts/goldens/gemma3.py; the token ids are llama.cpp's.
@Suite("Gemma 3 parity", .enabled(if: Repository.gemma3 != nil, "gemma-3-270m has not been fetched"))
struct Gemma3ParityTests {
  @Test("60 real requests, up to two windows long: every logprob within 1e-3, greedy flags and token ids equal")
  func requests() throws {
    try expectTransformersAnswers(try #require(Repository.gemma3), goldens: "gemma3")
  }
}

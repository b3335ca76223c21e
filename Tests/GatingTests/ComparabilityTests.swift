import Gating
import Testing

@Suite("What may be compared")
struct ComparabilityTests {
  private let fixture = Fixture()

  private func reason(_ candidate: RunDescription) throws -> String? {
    try refusal { try Comparability.check(baseline: fixture.description(), candidate: candidate) }
  }

  private func suite(
    version: Int = 1, seed: UInt64 = 17, hash: String = "5a5a", promptHash: String = "9b9b"
  ) -> SuiteIdentity {
    SuiteIdentity(name: "core", version: version, seed: seed, hash: hash, promptHash: promptHash)
  }

  @Test("suite, seed, content, prompts, draws, scoring and BOS policy must be the same; the difference is named")
  func differences() throws {
    let cases: [(RunDescription, String)] = [
      (
        fixture.description(suite: suite(version: 2)),
        "the suite differs (baseline core version 1, candidate core version 2)"
      ),
      (fixture.description(suite: suite(seed: 18)), "the suite seed differs (baseline 17, candidate 18)"),
      (
        fixture.description(suite: suite(hash: "5a5b")),
        "the suite content hash differs (baseline 5a5a, candidate 5a5b)"
      ),
      (
        fixture.description(suite: suite(promptHash: "9b9c")),
        "the prompt hash differs (baseline 9b9b, candidate 9b9c)"
      ),
      (fixture.description(draws: 2), "the number of draws differs (baseline 1, candidate 2)"),
      (fixture.description(scoring: 2), "the scoring version differs (baseline 1, candidate 2)"),
    ]
    for (candidate, difference) in cases {
      #expect(
        try reason(candidate)
          == "baseline and candidate are not comparable: \(difference); "
          + "save the baseline again with the present suite and version")
    }
    // Saved again it would differ again: that is the tokenizer's.
    #expect(
      try reason(fixture.description(bos: "tokenizer"))
        == "baseline and candidate are not comparable: the BOS policy differs (baseline none, candidate tokenizer); "
        + "the tokenizer files differ: gate it against a baseline of the model it was made from")
  }

  @Test("token ids must be the same for every task, and be there")
  func tokens() throws {
    let others = fixture.description(tokens: { $0 == "beta-1" ? "other ids" : "ids of \($0)" })
    #expect(try reason(others)?.contains("the token ids of task beta-1 differ") == true)
    let missing = fixture.description(tokens: { $0 == "beta-1" ? nil : "ids of \($0)" })
    #expect(try reason(missing)?.contains("the candidate has no token ids of task beta-1") == true)
  }

  @Test("another tokenizer file is a note; another storage or numeric version is a warning")
  func notes() throws {
    func notes(_ candidate: RunDescription) throws -> [Note] {
      try Comparability.check(baseline: fixture.description(), candidate: candidate)
    }
    #expect(try notes(fixture.description()).isEmpty)
    #expect(try notes(fixture.description(tokenizer: "padded")).map(\.severity) == [.note])
    #expect(
      try notes(fixture.description(storage: "q4_1", numerics: "2")) == [
        Note(.warning, "storage differs: baseline bf16, candidate q4_1"),
        Note(.warning, "numerics differ: baseline 1, candidate 2"),
      ])
  }

  @Test("a task's token hash depends on the set of its requests alone")
  func tokenHash() {
    // sha256sum of the lines "a 1" and "b 2".
    let expected = "2951835de33689a441bfa61bc7af99b1f0305ca8ec0ab4dd508f14f57b27ca23"
    #expect(Gating.tokenHash(ofRequests: ["b": "2", "a": "1"]) == expected)
  }
}

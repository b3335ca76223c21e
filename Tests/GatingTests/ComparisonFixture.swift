import Gating
import Suites
import Testing

extension Fixture {
  /// A run of the fixture's suite, as the ledger has it.
  func run(
    _ scores: [ItemScore], share: String = "1/1", storage: String = "bf16", tokenizer: String = "tok",
    numerics: String = "1", suiteHash: String = Fixture.suite.hash, promptHash: String = Fixture.suite.promptHash,
    scoring: Int? = 1, isFinished: Bool = true, tokens: ComparisonSide.TokenIDs = .byRequest([:])
  ) -> ComparisonSide {
    ComparisonSide(
      ComparedModel(
        source: "r", run: "r", isFinished: isFinished,
        model: ModelDescription(
          name: "tiny", weights: "w", tokenizer: tokenizer, configuration: "c", storage: storage),
        suite: AskedSuite(name: Fixture.suite.name, hash: suiteHash, promptHash: promptHash), share: share, draws: 1,
        numerics: numerics),
      scoring: scoring, scores: scores,
      families: Dictionary(uniqueKeysWithValues: facts.map { ($0.task, $0.family) }), tokens: tokens)
  }
}

func comparison(_ reference: ComparisonSide, _ other: ComparisonSide) throws -> Comparison {
  try Comparison(createdBy: "holdfast test", command: "holdfast compare", reference: reference, others: [other])
}

func pair(_ reference: ComparisonSide, _ other: ComparisonSide) throws -> ComparedPair {
  try #require(try comparison(reference, other).comparisons.first)
}

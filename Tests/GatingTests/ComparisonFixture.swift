import Gating
import Suites
import Testing

extension Fixture {
  /// A run of the fixture's suite, as the ledger has it.
  func run(
    _ scores: [ItemScore], weights: String = "w", share: String = "1/1", storage: String = "bf16",
    tokenizer: String = "tok",
    numerics: String = "1", suiteHash: String = Fixture.suite.hash, promptHash: String = Fixture.suite.promptHash,
    scoring: Int? = 1, isFinished: Bool = true, tokens: ComparisonRun.TokenIDs = .byRequest([:])
  ) -> ComparisonRun {
    ComparisonRun(
      ComparedModel(
        source: "r", run: "r", isFinished: isFinished,
        model: ModelDescription(
          name: "tiny", weights: weights, tokenizer: tokenizer, configuration: "c", storage: storage),
        suite: AskedSuite(name: Fixture.suite.name, hash: suiteHash, promptHash: promptHash), share: share, draws: 1,
        numerics: numerics),
      scoring: scoring, scores: scores,
      families: Dictionary(uniqueKeysWithValues: facts.map { ($0.task, $0.family) }), tokens: tokens)
  }
}

func comparison(_ reference: ComparisonRun, _ other: ComparisonRun) throws -> Comparison {
  try comparison(ComparisonSide(reference), ComparisonSide(other))
}

func comparison(_ reference: ComparisonSide, _ other: ComparisonSide) throws -> Comparison {
  try Comparison(createdBy: "holdfast test", command: "holdfast compare", reference: reference, others: [other])
}

func pair(_ reference: ComparisonRun, _ other: ComparisonRun) throws -> ComparedPair {
  try #require(try comparison(reference, other).comparisons.first)
}

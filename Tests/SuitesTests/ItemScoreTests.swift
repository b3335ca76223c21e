import Suites
import Testing

@Suite("Item scores")
struct ItemScoreTests {
  @Test(
    "an item's score is its gold request's, and its choice the likeliest, the first winning a tie",
    arguments: [
      // gold is "b", the second of three choices: logprobs of a, b, c.
      ([-2, -1, -3], true), ([-1, -2, -3], false), ([-2, -1, -1], true), ([-1, -1, -3], false),
    ] as [([Double], Bool)])
  func choices(logprobs: [Double], correct: Bool) throws {
    let roles: [Role] = [.gold, .choice(0), .choice(2)]
    let block = RequestBlock(task: "t", block: 3, draw: 1, observations: roles.map { observation("i", $0) })
    let scores = zip(block.observations, [logprobs[1], logprobs[0], logprobs[2]]).map { observation, logprob in
      (observation.request.id, score(logprob, exactMatch: observation.role == .gold ? true : nil))
    }
    let items = try itemScores(of: block, scores: Dictionary(uniqueKeysWithValues: scores))
    #expect(
      items == [
        ItemScore(
          task: "t", item: "i", block: 3, k: 4, draw: 1, condition: .gold, exactMatch: true, logprob: logprobs[1],
          choiceCorrect: correct)
      ])
  }

  @Test("an item without choices has no choice to be right")
  func free() throws {
    let block = RequestBlock(
      task: "t", block: 3, draw: 1, observations: [observation("i", .gold), observation("j", .gold)])
    let scores = Dictionary(
      uniqueKeysWithValues: block.observations.map { ($0.request.id, score(-1.5, exactMatch: false)) })
    let items = try itemScores(of: block, scores: scores)
    #expect(items.map(\.item) == ["i", "j"])
    #expect(items.allSatisfy { $0.choiceCorrect == nil && !$0.exactMatch && $0.logprob == -1.5 })
  }

  @Test("a missing score, one that is not a number and one without exact match are faults")
  func faults() {
    let gold = observation("i", .gold)
    let block = RequestBlock(task: "t", block: 3, draw: 1, observations: [gold])
    #expect(throws: ScoringFault.missingScore(request: gold.request.id)) { try itemScores(of: block, scores: [:]) }
    #expect(throws: ScoringFault.notFinite(task: "t", item: "i")) {
      try itemScores(of: block, scores: [gold.request.id: score(.nan, exactMatch: true)])
    }
    #expect(throws: ScoringFault.noExactMatch(task: "t", item: "i")) {
      try itemScores(of: block, scores: [gold.request.id: score(-1, exactMatch: nil)])
    }
  }

  private func observation(_ item: String, _ role: Role) -> Observation {
    let request = Request(context: "\(item)", continuation: " \(role)", exactMatch: nil)
    return Observation(
      task: "t", family: "f", item: item, block: 3, k: 4, draw: 1, condition: .gold, role: role, request: request)
  }

  private func score(_ logprob: Double, exactMatch: Bool?) -> Score {
    Score(
      logprob: logprob, isGreedy: false, terminatorLogprob: nil, tokenCount: 1, contextTokenCount: 1, tokenHash: "",
      exactMatch: exactMatch, tokens: [1])
  }
}

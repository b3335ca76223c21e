import Diagnostics
import Scoring
import Suites

/// Answers that are held back until their server has shown that it still holds the model: another model's must not come into the ledger under
/// this one's name.
final class AnswerHold {
  private(set) var state = ScoringProgress()
  private let batches: [[Request]]
  private let demandSame: () throws -> Void
  private let progress: (ScoringProgress) -> Void
  private let deliver: (Int, [Score]) throws -> Void
  private var scores: BatchScores
  /// Whole batches that nobody has.
  private var held: [(batch: Int, scores: [Score])] = []
  private var questions = 0
  private var since = ContinuousClock.now
  private let began = ContinuousClock.now

  /// Questions, and seconds, after which the server has to show it, and answers are handed over. What is not is lost with the process.
  private static let most = (questions: 256, seconds: 30.0)

  init(
    _ batches: [[Request]], demandSame: @escaping () throws -> Void, progress: @escaping (ScoringProgress) -> Void,
    deliver: @escaping (Int, [Score]) throws -> Void
  ) {
    (self.batches, self.demandSame, self.progress, self.deliver) = (batches, demandSame, progress, deliver)
    scores = BatchScores(batches)
    state.totalBatches = batches.count
  }

  /// Batches that ask nothing.
  func deliverEmpty() throws {
    for (batch, requests) in batches.enumerated() where requests.isEmpty {
      try deliver(batch, [])
      state.batches += 1
    }
  }

  /// Takes an answer.
  ///
  /// - Parameter tokens: that were sent.
  func settle(batch: Int, index: Int, _ score: Score, tokens: Int, wasWritten: Bool) throws {
    state.rows += tokens
    state.plainRows += tokens
    state.requests += 1
    state.decodedRequests += wasWritten ? 1 : 0
    state.seconds = (ContinuousClock.now - began) / .seconds(1)
    if let whole = scores.settle(batch: batch, index: index, score) {
      held.append((batch, whole))
      scores.wasDelivered(batch)
    }
    questions += 1
    progress(state)
    if questions >= Self.most.questions || ContinuousClock.now - since >= .seconds(Self.most.seconds) {
      try handOver()
    }
  }

  /// Hands over what is held.
  func handOver() throws {
    guard questions > 0 else { return }
    try demandSame()
    for (batch, scores) in held { try deliver(batch, scores) }
    state.batches += held.count
    (held, questions, since) = ([], 0, .now)
    progress(state)
  }

  static func otherModel(_ address: ServerAddress, _ does: String) -> InputError {
    InputError(
      address.description, "\(does) than when it was opened: it holds another model now",
      remedy:
        "run the same command again, which begins with the model that is there; nothing of what it said since it was last seen to be the same is kept"
    )
  }
}

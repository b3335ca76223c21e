import Diagnostics
import Scoring
import Suites

/// Scores requests by a server.
package final class ServedScorer: Scorer {
  package let model: ServedModel
  /// What the model scored when it was opened; asked again before any answers are handed over and where the server was gone meanwhile.
  private let fingerprint: Fingerprint
  private let noise: NoiseFloor

  /// Questions, and seconds, after which the server has to show that it still holds the model, and answers are handed over. What is not is lost
  /// with the process.
  private static let held = (questions: 256, seconds: 30.0)

  package var numericsID: String { model.numericsID }

  package init(_ model: ServedModel, fingerprint: Fingerprint, noise: NoiseFloor) {
    self.model = model
    self.fingerprint = fingerprint
    self.noise = noise
  }

  package func agrees(_ first: Score, _ second: Score) -> Bool {
    guard !noise.isNone else { return first == second }
    // The self-test's texts are many times as long as an answer.
    return first.tokenHash == second.tokenHash && abs(first.logprob - second.logprob) <= 4 * noise.largestSum + 1e-4
  }

  package func score(
    _ batches: [[Request]], progress: @escaping (ScoringProgress) -> Void,
    keep: @escaping (Int, [Int: Score]) throws -> Void, deliver: @escaping (Int, [Score]) throws -> Void
  ) throws -> ScoringProgress {
    try Interruption.watching {
      var scores = BatchScores(batches)
      // Whole batches that nobody has: another model's answers must not come into the ledger under this one's name.
      var held: [(batch: Int, scores: [Score])] = []
      var (questions, since) = (0, ContinuousClock.now)
      func handOver() throws {
        guard questions > 0 else { return }
        try demandSame()
        for (batch, scores) in held { try deliver(batch, scores) }
        state.batches += held.count
        (held, questions, since) = ([], 0, .now)
        progress(state)
      }
      var state = ScoringProgress()
      state.totalBatches = batches.count
      let began = ContinuousClock.now
      var source = QuestionSource(batches, model)
      let pump = model.pump()
      func settle(_ question: ServedQuestion) throws {
        guard let score = question.score else { return }
        state.rows += question.tokens
        state.plainRows += question.tokens
        state.requests += 1
        state.decodedRequests += question.wasWritten ? 1 : 0
        state.seconds = (ContinuousClock.now - began) / .seconds(1)
        if let whole = scores.settle(batch: question.batch, index: question.index, score) {
          held.append((question.batch, whole))
          scores.wasDelivered(question.batch)
        }
        questions += 1
        progress(state)
        if questions >= Self.held.questions || ContinuousClock.now - since >= .seconds(Self.held.seconds) {
          try handOver()
        }
      }
      for (batch, requests) in batches.enumerated() where requests.isEmpty {
        try deliver(batch, [])
        state.batches += 1
      }
      try pump.run({ try source.next() }, returned: demandSame, finished: settle)
      try handOver()
      return state
    }
  }

  package func rowCounts(_ batches: [[Request]]) throws -> [Int] {
    var sum = 0
    return try batches.enumerated().map { index, requests in
      for one in try encodeBatch(requests, index: index, model.vocabulary.tokenizer, model.limits).get() {
        sum += one.ids.count
      }
      return sum
    }
  }

  /// - Throws: `InputError` where the server holds another model by now.
  private func demandSame() throws {
    let now = try Fingerprint(of: model)
    guard !now.isNear(fingerprint, noise: noise) else { return }
    throw InputError(
      model.address.description, "scores the same text otherwise than when it was opened: it holds another model now",
      remedy:
        "run the same command again, which begins with the model that is there; nothing of what it said since it was last seen to be the same is kept"
    )
  }
}

/// A suite's requests in their order, encoded some batches at a time.
private struct QuestionSource {
  private let batches: [[Request]]
  private let model: ServedModel
  private var batch = 0
  private var encoded: [EncodedRequest] = []
  private var index = 0

  init(_ batches: [[Request]], _ model: ServedModel) {
    self.batches = batches
    self.model = model
  }

  mutating func next() throws -> ServedQuestion? {
    while encoded.isEmpty || index == encoded.count {
      guard batch < batches.count else { return nil }
      encoded = try encodeBatch(batches[batch], index: batch, model.vocabulary.tokenizer, model.limits).get()
      index = 0
      batch += 1
    }
    defer { index += 1 }
    return ServedQuestion(
      batches[batch - 1][index], encoded[index], batch: batch - 1, index: index, model.engine, model.vocabulary.answers,
      contextLength: model.limits.contextLength)
  }
}

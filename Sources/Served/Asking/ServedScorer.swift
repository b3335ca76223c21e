import Diagnostics
import Scoring
import Suites

/// Scores requests by a server.
package final class ServedScorer: Scorer {
  package let model: ServedModel
  /// What the model scored when it was opened; asked again before any answers are handed over and where the server was gone meanwhile.
  private let fingerprint: Fingerprint
  private let noise: NoiseFloor

  package var numericsID: String { model.numericsID }

  package init(_ model: ServedModel, fingerprint: Fingerprint, noise: NoiseFloor) {
    self.model = model
    self.fingerprint = fingerprint
    self.noise = noise
  }

  package func agrees(_ first: Score, _ second: Score) -> Bool {
    guard !noise.isNone else { return first == second }
    // The self-test's texts are many times as long as an answer.
    guard first.tokenHash == second.tokenHash, let one = first.logprob, let other = second.logprob else { return false }
    return abs(one - other) <= 4 * noise.largestSum + 1e-4
  }

  package func score(
    _ batches: [[Request]], progress: @escaping (ScoringProgress) -> Void,
    keep: @escaping (Int, [Int: Score]) throws -> Void, deliver: @escaping (Int, [Score]) throws -> Void
  ) throws -> ScoringProgress {
    try Interruption.watching {
      let hold = AnswerHold(batches, demandSame: demandSame, progress: progress, deliver: deliver)
      try hold.deliverEmpty()
      var source = QuestionSource(batches, model)
      try model.pump().run({ try source.next() }, returned: demandSame) { (question: ServedQuestion) in
        guard let score = question.score else { return }
        try hold.settle(
          batch: question.batch, index: question.index, score, tokens: question.tokens, wasWritten: question.wasWritten)
      }
      try hold.handOver()
      return hold.state
    }
  }

  package func rowCounts(_ batches: [[Request]]) throws -> [Int] {
    try prepare(batches, model.vocabulary.tokenizer)
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
    throw AnswerHold.otherModel(model.address, "scores the same text otherwise")
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
      try prepare([batches[batch]], model.vocabulary.tokenizer)
      encoded = try encodeBatch(batches[batch], index: batch, model.vocabulary.tokenizer, model.limits).get()
      index = 0
      batch += 1
    }
    defer { index += 1 }
    return try ServedQuestion(
      batches[batch - 1][index], encoded[index], batch: batch - 1, index: index, model.engine, model.vocabulary,
      contextLength: model.limits.contextLength)
  }
}

import Diagnostics
import Reading
import Scoring
import Suites

/// Asks a server that only writes text whether its answers are right.
package final class WritingScorer: Scorer {
  package let model: WritingModel
  private let fingerprint: Fingerprint
  private let noise: NoiseFloor

  package var numericsID: String { model.numericsID }

  package init(_ model: WritingModel, fingerprint: Fingerprint, noise: NoiseFloor) {
    (self.model, self.fingerprint, self.noise) = (model, fingerprint, noise)
  }

  package func agrees(_ first: Score, _ second: Score) -> Bool {
    first.tokenHash == second.tokenHash && (first.exactMatch == second.exactMatch || !noise.isNone)
  }

  package func score(
    _ batches: [[Request]], progress: @escaping (ScoringProgress) -> Void,
    keep: @escaping (Int, [Int: Score]) throws -> Void, deliver: @escaping (Int, [Score]) throws -> Void
  ) throws -> ScoringProgress {
    try Interruption.watching {
      let hold = AnswerHold(batches, demandSame: demandSame, progress: progress, deliver: deliver)
      try hold.deliverEmpty()
      // What the server will not take is known before the first is asked.
      for (batch, requests) in batches.enumerated() {
        for (index, request) in requests.enumerated() {
          _ = try WritingQuestion(request, batch: batch, index: index, model)
        }
      }
      let places = batches.enumerated().flatMap { batch, requests in requests.indices.map { (batch, $0) } }
      var next = 0
      try model.pump().run(
        {
          guard next < places.count else { return nil }
          defer { next += 1 }
          let (batch, index) = places[next]
          return try WritingQuestion(batches[batch][index], batch: batch, index: index, model)
        }, returned: demandSame
      ) { (question: WritingQuestion) in
        guard let score = question.score else { return }
        try hold.settle(batch: question.batch, index: question.index, score, tokens: 0, wasWritten: true)
      }
      try hold.handOver()
      return hold.state
    }
  }

  /// Requests: a server that only writes says nothing of its tokens.
  package func rowCounts(_ batches: [[Request]]) throws -> [Int] {
    var sum = 0
    return batches.map { requests in
      sum += requests.count
      return sum
    }
  }

  /// - Throws: `InputError` where the server holds another model by now.
  private func demandSame() throws {
    let now = try Fingerprint(of: model)
    guard !now.isNear(fingerprint, noise: noise) else { return }
    throw AnswerHold.otherModel(model.address, "writes another text behind the same prompt")
  }
}

/// Hashes of what a server is sent, by request id, in the place of token ids.
package func textHashes(of batches: [[Request]]) -> [[String: String]] {
  batches.map { requests in
    Dictionary(requests.map { ($0.id, WritingQuestion.hash($0)) }, uniquingKeysWith: { first, _ in first })
  }
}

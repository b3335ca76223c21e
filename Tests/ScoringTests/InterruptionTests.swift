import Diagnostics
import Foundation
import Scoring
import Suites
import Testing

@Suite("Scoring that is interrupted gives away what is known, request by request")
struct InterruptionTests {
  @Test("what was delivered, and what was kept of other batches, are the scores of an uninterrupted run")
  func kept() throws {
    let requests = randomRequests(60, seed: 5)
    let expected = try EngineScorer(tinyModel()).score(requests)
    let batches = stride(from: 0, to: 60, by: 20).map { Array(requests[$0..<$0 + 20]) }
    var delivered: Set<Int> = []
    var kept: [Int: [Int: Score]] = [:]
    #expect(throws: Interrupted.deadline) {
      _ = try EngineScorer(tinyModel(), waveRows: 40).score(
        batches, progress: { _ in }, keep: { kept[$0] = $1 }
      ) { index, scores in
        #expect(scores == Array(expected[20 * index..<20 * index + 20]))
        delivered.insert(index)
        throw Interrupted.deadline
      }
    }
    #expect(delivered.count == 1)
    // Waves of 40 rows end within batches, and prompts of other batches were answered beside those of the first.
    #expect(!kept.isEmpty && delivered.isDisjoint(with: kept.keys.filter { kept[$0]?.count != 20 }))
    for (batch, scores) in kept {
      for (index, score) in scores { #expect(score == expected[20 * batch + index]) }
    }
  }

  @Test("a time that is over keeps nothing, and one that is long changes no score")
  func deadlines() throws {
    let requests = randomRequests(30, seed: 6)
    let expected = try EngineScorer(tinyModel()).score(requests)
    #expect(throws: Interrupted.deadline) {
      try Interruption.withDeadline(ContinuousClock.now - .seconds(1)) {
        _ = try EngineScorer(tinyModel()).score(requests)
      }
    }
    let timed = try Interruption.withDeadline(ContinuousClock.now + .seconds(3600)) {
      try EngineScorer(tinyModel()).score(requests)
    }
    #expect(timed == expected)
  }

  @Test("the rows of batches are counted as they are computed: each distinct prefix once")
  func rows() throws {
    let requests = randomRequests(60, seed: 7)
    let scorer = EngineScorer(try tinyModel())
    let counts = try scorer.rowCounts([Array(requests[..<20]), [], Array(requests[20...])])
    #expect(counts.count == 3 && counts[0] == counts[1] && counts[1] < counts[2])
    // Without rules nothing is decoded beyond what was asked.
    let plain = requests.map { Request(context: $0.context, continuation: $0.continuation, exactMatch: nil) }
    let progress = try scorer.score([plain], progress: { _ in }, deliver: { _, _ in })
    #expect(try scorer.rowCounts([plain]) == [progress.rows])
  }
}

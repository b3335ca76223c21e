import Evaluation
import Foundation
import Ledger
import Scoring
import Suites
import Testing

/// Scores that a ledger gives are looked at: a hundredth of them is computed again.
@Suite("Reused scores are computed again")
struct ScoreAuditTests {
  private let requests = (0..<5000).map { Request(context: "question \($0)", continuation: " yes", exactMatch: nil) }
  private var alone: [[Request]] { requests.map { [$0] } }

  @Test("one in a hundred, the same for a run that is gone on with, others in the next run")
  func choice() throws {
    let ledger = try TemporaryLedger()
    let known = Dictionary(uniqueKeysWithValues: requests.map { ($0.id, Answering.score(of: $0)) })
    let first = try ledger.run()
    let chosen = ScoreAudit(of: first, known: known).chosen(alone)
    // Binomial with n = 5,000 and p = .01: within five standard deviations of 50.
    #expect((15...85).contains(chosen.count))
    #expect(ScoreAudit(of: first, known: known).chosen(alone) == chosen)
    #expect(ScoreAudit(of: try ledger.run(), known: known).chosen(alone) != chosen)
  }

  @Test("questions that share their demonstrations are asked again together, and each once")
  func groups() throws {
    let ledger = try TemporaryLedger()
    let known = Dictionary(uniqueKeysWithValues: requests.map { ($0.id, Answering.score(of: $0)) })
    let groups = stride(from: 0, to: requests.count, by: 10).map { Array(requests[$0..<$0 + 10]) }
    let chosen = ScoreAudit(of: try ledger.run(), known: known).chosen(groups + groups)
    // Binomial with n = 500 and p = .01: at most 17 groups but for one time in 10^5.
    #expect((1...17).contains(chosen.count / 10) && chosen.count.isMultiple(of: 10))
    for group in groups where group.contains(where: chosen.contains) {
      #expect(group.allSatisfy { request in chosen.count { $0 == request } == 1 })
    }
  }

  @Test("at least one where any is known, none where none is")
  func few() throws {
    let ledger = try TemporaryLedger()
    let run = try ledger.run()
    let one = [requests[7].id: Answering.score(of: requests[7])]
    #expect(ScoreAudit(of: run, known: one).chosen(alone) == [requests[7]])
    #expect(ScoreAudit(of: run, known: [:]).chosen(alone).isEmpty)
  }

  @Test("scores that are the model's pass; of those that are not, each one that was looked at is named")
  func differing() throws {
    let ledger = try TemporaryLedger()
    let run = try ledger.run()
    var known = Dictionary(uniqueKeysWithValues: requests.map { ($0.id, Answering.score(of: $0)) })
    try ScoreAudit(of: run, known: known).check(alone, Answering())

    let chosen = ScoreAudit(of: run, known: known).chosen(alone)
    known[chosen[0].id] = Answering.score(of: chosen[0], logprob: -0.25)
    let conflict = try #require(throws: ScoreConflict.self) {
      try ScoreAudit(of: run, known: known).check(alone, Answering())
    }
    #expect(conflict.rows.map(\.request) == [chosen[0].id])
    #expect(conflict.checked == chosen.count)
    #expect(conflict.description.contains(chosen[0].id) && conflict.description.contains("logprob -0.25 (now -1.5)"))
  }
}

/// A scorer whose scores are all the same.
private struct Answering: Scorer {
  var numericsID: String { "numerics 1" }

  func score(
    _ batches: [[Request]], progress: @escaping (ScoringProgress) -> Void,
    keep: @escaping (Int, [Int: Score]) throws -> Void, deliver: @escaping (Int, [Score]) throws -> Void
  ) throws -> ScoringProgress {
    for (index, batch) in batches.enumerated() { try deliver(index, batch.map { Self.score(of: $0) }) }
    return ScoringProgress()
  }

  func rowCounts(_ batches: [[Request]]) -> [Int] { batches.map(\.count) }

  static func score(of request: Request, logprob: Double = -1.5) -> Score {
    Score(
      logprob: logprob, isGreedy: false, terminatorLogprob: nil, tokenCount: 1, contextTokenCount: 2,
      tokenHash: request.id, exactMatch: nil, tokens: [1])
  }
}

private final class TemporaryLedger {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
  private let ledger: Ledger

  init() throws {
    ledger = try Ledger(path: folder.appendingPathComponent("ledger.sqlite").path)
    try ledger.register(
      ModelRecord(
        id: "model", name: "a", path: "/a", weights: "w", tokenizer: "t", configuration: "c", adapter: nil,
        format: "gguf", storage: "f32"))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func run() throws -> Run {
    try ledger.beginRun(
      RunPlan(
        model: "model", suite: "made", suiteHash: "s", promptHash: "p", numerics: "numerics 1", share: "1/1", draws: 1),
      command: "run", kernel: "avx2", threads: 1)
  }
}

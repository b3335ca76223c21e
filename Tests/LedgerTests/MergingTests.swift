import Diagnostics
import Ledger
import Suites
import Testing

@Suite("Ledgers brought together")
struct MergingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A ledger with one block of one finished run.
  private func ledger(_ name: String, block: Int = 0, shift: Double = 0, server: String? = nil) throws -> Ledger {
    let ledger = try Ledger(path: "\(folder.path)/\(name).sqlite")
    let plain = modelRecord()
    try ledger.register(
      ModelRecord(
        id: plain.id, name: plain.name, path: plain.path, weights: plain.weights, tokenizer: plain.tokenizer,
        configuration: plain.configuration, adapter: nil, format: plain.format, storage: plain.storage, server: server))
    let run = try ledger.begin(plan())
    try ledger.commit(requestBlock(block: block), scores: scores(requestBlock(block: block), shift: shift), of: run)
    try ledger.finish(run)
    return ledger
  }

  @Test("scores and runs of both are there, once")
  func union() throws {
    let (first, second) = (try ledger("a", block: 0), try ledger("b", block: 1))
    let merged = try first.merge(second.path)
    #expect(merged == Ledger.Merged(scores: 32, runs: 1, known: 0))
    #expect(try first.merge(second.path) == Ledger.Merged(scores: 0, runs: 0, known: 32))
    #expect(try first.runs().count == 2 && first.runs().allSatisfy { $0.finishedAt != nil })
    let requests = [0, 1].flatMap { requestBlock(block: $0).observations.map(\.request.id) }
    let known = try first.knownScores(model: "model-a", numerics: "numerics 1", requests: requests)
    #expect(known == scores(requestBlock(block: 0)).merging(scores(requestBlock(block: 1))) { one, _ in one })
  }

  @Test("two scores of one request are a contradiction, both sides named, and nothing is taken in")
  func contradiction() throws {
    let (first, second) = (try ledger("a"), try ledger("b", shift: 1))
    let conflict = try #require(throws: MergeConflict.self) { try first.merge(second.path) }
    #expect(conflict.table == "scores" && conflict.count == 32)
    #expect(conflict.examples.count == 3)
    #expect(conflict.examples.allSatisfy { $0.contains(" there and ") && $0.contains("logprob") })
    #expect(try first.runs().count == 1)
  }

  @Test("answers of a server that differ from one asking to the next are none: the first stays")
  func noisy() throws {
    let (first, second) = (
      try ledger("a", server: #"{"noise": 0.01}"#), try ledger("b", shift: 0.001, server: #"{"noise": 0.02}"#)
    )
    #expect(try first.merge(second.path).scores == 0)
    let requests = requestBlock(block: 0).observations.map(\.request.id)
    #expect(
      try first.knownScores(model: "model-a", numerics: "numerics 1", requests: requests)
        == scores(requestBlock(block: 0)))
  }
}

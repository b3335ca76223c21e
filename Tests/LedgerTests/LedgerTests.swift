import Diagnostics
import Foundation
import Ledger
import Suites
import Testing

@Suite("What a ledger keeps")
struct LedgerTests {
  @Test("scores come back bit for bit, from another opening of the file")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let block = requestBlock(block: 0)
    let expected = scores(block)
    do {
      let ledger = try Ledger(path: folder.ledger)
      try ledger.register(modelRecord())
      try ledger.commit(block, scores: expected, of: try ledger.begin(plan()))
    }
    let ledger = try Ledger(path: folder.ledger)
    let ids = block.observations.map(\.request.id)
    #expect(try ledger.knownScores(model: "model-a", numerics: "numerics 1", requests: ids) == expected)
    #expect(try ledger.knownScores(model: "model-a", numerics: "numerics 1", requests: ["other"]) == [:])
  }

  @Test("what would be written to a file that is no longer at its path is refused: it would be gone with the program")
  func removed() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    try FileManager.default.removeItem(atPath: folder.ledger)
    #expect(throws: InputError.self) { try ledger.register(modelRecord("model-b")) }
    // Another one in its place is not the one that was opened.
    try Ledger(path: folder.ledger).register(modelRecord())
    let fault = #expect(throws: InputError.self) { try ledger.register(modelRecord("model-b")) }
    #expect(fault?.problem.contains("removed or replaced") == true)
  }

  @Test("a score belongs to one model and one numeric version: no other gets it")
  func keys() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    for id in ["model-a", "model-b"] { try ledger.register(modelRecord(id)) }
    let block = requestBlock(block: 0)
    let ids = block.observations.map(\.request.id)
    try ledger.commit(block, scores: scores(block), of: try ledger.begin(plan("model-a")))
    #expect(try ledger.knownScores(model: "model-b", numerics: "numerics 1", requests: ids) == [:])
    #expect(try ledger.knownScores(model: "model-a", numerics: "numerics 2", requests: ids) == [:])
    let other = scores(block, shift: 1)
    try ledger.commit(block, scores: other, of: try ledger.begin(plan("model-b")))
    #expect(try ledger.knownScores(model: "model-b", numerics: "numerics 1", requests: ids) == other)
    #expect(try ledger.knownScores(model: "model-a", numerics: "numerics 1", requests: ids) == scores(block))
  }

  @Test("the same score again is taken as it is; another one for the same request is refused, with its whole block")
  func conflict() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let block = requestBlock(block: 0)
    try ledger.commit(block, scores: scores(block), of: try ledger.begin(plan()))
    let second = try ledger.begin(plan())
    let larger = RequestBlock(
      task: "task", block: 0, draw: 0, observations: requestBlock(block: 1).observations + block.observations)
    var changed = scores(requestBlock(block: 1)).merging(scores(block)) { first, _ in first }
    let request = try #require(block.observations.last).request.id
    let old = try #require(changed[request])
    changed[request] = Score(
      logprob: old.logprob?.nextUp, isGreedy: old.isGreedy, terminatorLogprob: nil, tokenCount: 2,
      contextTokenCount: old.contextTokenCount, tokenHash: old.tokenHash, exactMatch: nil, tokens: old.tokens)
    #expect(throws: ScoreConflict.self) { try ledger.commit(larger, scores: changed, of: second) }
    #expect(try ledger.completedBlocks(second) == [])
    let fresh = requestBlock(block: 1).observations.map(\.request.id)
    #expect(try ledger.knownScores(model: "model-a", numerics: "numerics 1", requests: fresh) == [:])
    try ledger.commit(block, scores: scores(block), of: second)
    #expect(try ledger.completedBlocks(second) == [block.key])
  }

  @Test("a missing or non-finite score commits nothing")
  func faults() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let run = try ledger.begin(plan())
    let block = requestBlock(block: 0)
    let first = block.observations[0].request.id
    var broken = scores(block)
    broken[first] = nil
    #expect(throws: ScoringFault.missingScore(request: first)) { try ledger.commit(block, scores: broken, of: run) }
    broken[first] = Score(
      logprob: .nan, isGreedy: false, terminatorLogprob: nil, tokenCount: 0, contextTokenCount: 0, tokenHash: "",
      exactMatch: nil, tokens: [])
    #expect(throws: ScoringFault.notFinite(task: "task", item: "item-0-0")) {
      try ledger.commit(block, scores: broken, of: run)
    }
    #expect(try ledger.itemScores(run) == [])
  }

  @Test("a run's item scores are those of its blocks, as the suite computes them")
  func itemScores() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let run = try ledger.begin(plan())
    let blocks = (0..<3).map { requestBlock("b", block: $0) } + [requestBlock("a", block: 0)]
    for block in blocks { try ledger.commit(block, scores: scores(block), of: run) }
    let expected = try blocks.flatMap { try Suites.itemScores(of: $0, scores: scores($0)) }
    let stored = try ledger.itemScores(run)
    #expect(Set(stored) == Set(expected))
    #expect(stored.count == 64)
    #expect(stored.first?.task == "a")
    #expect(stored.contains { $0.choiceCorrect == true })
    #expect(try ledger.itemScores(try ledger.begin(plan())) == [])
  }

  @Test("models keep their first record but for name and path; unknown models cannot be scored")
  func models() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    #expect(try ledger.model("model-a") == nil)
    #expect(throws: (any Error).self) { try ledger.begin(plan()) }
    try ledger.register(modelRecord())
    let moved = modelRecord(name: "renamed", path: "/elsewhere")
    try ledger.register(moved)
    #expect(try ledger.model("model-a") == moved)
  }

  @Test("a file's hash is known for exactly its state, and the newest state replaces the one before")
  func fileHashes() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    let before = FileState(device: -1, inode: 7, size: 3, modified: Int64.max, changed: 5)
    let after = FileState(device: -1, inode: 7, size: 3, modified: Int64.max, changed: 6)
    try ledger.store(hash: "old", of: before)
    #expect(try ledger.hash(of: before) == "old")
    #expect(try ledger.hash(of: after) == nil)
    try ledger.store(hash: "new", of: after)
    #expect(try ledger.hash(of: before) == nil)
    #expect(try ledger.hash(of: after) == "new")
  }

  @Test("verdicts keep their report, newest first")
  func verdicts() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let run = try ledger.begin(plan())
    let first = try ledger.saveVerdict(
      "FAIL", run: run, model: "model-a", baselinePath: "b.json", baselineHash: "h", report: #"{"drop": 0.172}"#)
    Thread.sleep(forTimeInterval: 0.005)
    let second = try ledger.saveVerdict(
      "PASS", run: nil, model: "model-a", baselinePath: "b.json", baselineHash: "h", report: "{}")
    #expect(try ledger.verdicts() == [second, first])
    #expect(try ledger.verdicts(limit: 1) == [second])
    #expect(try ledger.verdict(first.id) == first)
    #expect(try ledger.verdict("none") == nil)
  }
}

@Suite("Gates in the ledger")
struct GateRecordTests {
  @Test("a gate comes back with its verdicts in their order, by its id, by a run of it, and as the newest")
  func gates() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    #expect(try ledger.newestGate() == nil)
    try ledger.register(modelRecord())
    let run = try ledger.begin(plan())
    let ids = try ["pass", "fail"].map {
      try ledger.saveVerdict(
        $0, run: $0 == "fail" ? run : nil, model: "model-a", baselinePath: "b.json", baselineHash: "h", report: "{}"
      ).id
    }
    let leftOut: [String: Set<String>] = ["antonyms": ["a", "b"]]
    let first = try ledger.saveGate(header: "{\"a\":1}", leftOut: leftOut, verdicts: ids)
    #expect(first.verdicts.map(\.verdict) == ["pass", "fail"] && first.leftOut == leftOut)
    #expect(try ledger.gate(first.id) == first)
    #expect(try ledger.gate(ofRun: run.id) == first)
    #expect(try ledger.gate(ofRun: "none") == nil && ledger.gate("none") == nil)
    #expect(try ledger.gatesByVerdict() == [ids[0]: first.id, ids[1]: first.id])
    #expect(try ledger.newestGate() == first)
    // A verdict that is not there takes nothing with it.
    #expect(throws: (any Error).self) { try ledger.saveGate(header: "{}", leftOut: [:], verdicts: [ids[0], "none"]) }
    #expect(try ledger.newestGate() == first)
  }

  @Test("a question comes back as it was asked, with the model's own answer once that is known")
  func answers() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    try ledger.register(modelRecord())
    let run = try ledger.begin(plan())
    let block = requestBlock(block: 3, items: 2)
    try ledger.commit(block, scores: scores(block), of: run)
    let score = try #require(try ledger.itemScores(run).last)
    let asked = try #require(try ledger.question(of: score, in: run))
    let observation = try #require(
      block.observations.first { $0.item == score.item && $0.k == score.k && $0.role == .gold })
    #expect(asked.request == observation.request && asked.answer == nil)
    try ledger.saveAnswers([asked.request.id: "no"], model: "model-a", numerics: "numerics 1")
    try ledger.saveAnswers([asked.request.id: "yes"], model: "model-a", numerics: "numerics 1")
    #expect(try ledger.question(of: score, in: run)?.answer == "no")
  }
}

import Diagnostics
import Foundation
import Gating
import Ledger
import Scoring
import Suites

/// Asks one model a suite, block by block into the ledger: what is known already is not asked again, and a run that was stopped goes on.
package struct SuiteRun {
  package let suite: Suite
  package let share: Share
  package let ledger: Ledger
  /// How it was asked for, for the ledger.
  package let command: String
  package let kernel: String
  package let threads: Int

  package init(suite: Suite, share: Share, ledger: Ledger, command: String, kernel: String, threads: Int) {
    self.suite = suite
    self.share = share
    self.ledger = ledger
    self.command = command
    self.kernel = kernel
    self.threads = threads
  }

  /// Draws of demonstrations a block.
  private static let draws = 1

  /// A finished run, and what the scorer did for it; requests that the ledger knew cost nothing.
  package struct Outcome: Sendable {
    package let run: Run
    package let items: [ItemScore]
    package let scoring: ScoringProgress
    package let blocks: Int
    /// Blocks whose scores were all in the ledger.
    package let knownBlocks: Int
  }

  /// - Throws: `InputError` for a prompt that the model cannot be asked, task and item named, and for what is wrong with the ledger.
  package func execute(
    _ subject: Subject, scorer: some Scorer, progress: @escaping (ScoringProgress) -> Void = { _ in }
  ) throws -> Outcome {
    let run = try begin(subject, numerics: scorer.numericsID)
    let blocks = (0..<Self.draws).flatMap { suite.requestBlocks(draw: $0, share: share) }
    let done = try ledger.completedBlocks(run)
    let open = blocks.filter { !done.contains($0.key) }
    let known = try ledger.knownScores(
      model: subject.identity.id, numerics: scorer.numericsID,
      requests: open.flatMap { $0.observations.map(\.request.id) })

    var pending: [(block: RequestBlock, missing: [Request])] = []
    for block in open {
      let missing = Self.distinct(block.observations.map(\.request)).filter { known[$0.id] == nil }
      if missing.isEmpty {
        try ledger.commit(block, scores: known, of: run)
      } else {
        pending.append((block, missing))
      }
    }
    let asked = pending
    let scoring: ScoringProgress
    do {
      scoring = try scorer.score(asked.map(\.missing), progress: progress) { index, scores in
        let (block, missing) = asked[index]
        var all = known
        for (request, score) in zip(missing, scores) { all[request.id] = score }
        try ledger.commit(block, scores: all, of: run)
      }
    } catch let fault as UnscorableRequest {
      throw explain(fault, asked[fault.batch].block, asked[fault.batch].missing[fault.index])
    }
    try ledger.finish(run)
    return Outcome(
      run: run, items: try ledger.itemScores(run), scoring: scoring, blocks: blocks.count,
      knownBlocks: blocks.count - pending.count)
  }

  private func begin(_ subject: Subject, numerics: String) throws -> Run {
    try ledger.register(subject.record)
    let plan = RunPlan(
      model: subject.identity.id, suite: suite.name, suiteHash: suite.hash,
      promptHash: suite.promptHash(draws: Self.draws), numerics: numerics, share: share.description, draws: Self.draws)
    if let stopped = try ledger.resumableRun(plan) { return stopped }
    return try ledger.beginRun(plan, command: command, kernel: kernel, threads: threads)
  }

  /// What was asked of a model and how, for baselines and for the check that two runs are comparable.
  package func description(of subject: Subject, _ model: LoadedModel, numerics: String) throws -> RunDescription {
    RunDescription(
      model: subject.description, numerics: numerics, scoring: scoringVersion,
      bos: model.tokenizer.addsBOS ? "bos" : "none",
      suite: SuiteIdentity(
        name: suite.name, version: suite.version, seed: suite.seed, hash: suite.hash,
        promptHash: suite.promptHash(draws: Self.draws)),
      draws: Self.draws, tokenHashes: try tokenHashes(model))
  }

  /// One hash a task over the token ids of all its requests, whatever share is asked.
  private func tokenHashes(_ model: LoadedModel) throws -> [String: String] {
    let blocks = (0..<Self.draws).flatMap { suite.requestBlocks(draw: $0) }
    let hashed = try model.tokenHashes(of: blocks.map { Self.distinct($0.observations.map(\.request)) })
    var byTask: [String: [String: String]] = [:]
    for (block, hashes) in zip(blocks, hashed) {
      byTask[block.task, default: [:]].merge(hashes) { first, _ in first }
    }
    return byTask.mapValues { tokenHash(ofRequests: $0) }
  }

  private static func distinct(_ requests: [Request]) -> [Request] {
    var seen = Set<String>()
    return requests.filter { seen.insert($0.id).inserted }
  }

  private func explain(_ fault: UnscorableRequest, _ block: RequestBlock, _ request: Request) -> InputError {
    let asked = block.observations.first { $0.request.id == request.id }
    let place = asked.map { "item '\($0.item)' at k = \($0.k)" } ?? "block \(block.block)"
    return InputError("\(suite.path): task \(block.task)", field: place, fault.problem, remedy: fault.remedy)
  }
}

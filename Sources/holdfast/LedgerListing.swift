import Foundation
import Ledger

/// A line of `runs --json`.
struct ListedRun: Encodable {
  let run: String
  let model: String
  let modelID: String
  let suite: String
  let suiteHash: String
  let share: String
  let draws: Int
  let numerics: String
  let kernel: String
  let threads: Int
  let startedAt: String
  /// nil while it runs, and where it was stopped.
  let finishedAt: String?
  let seconds: Double?
  let command: String

  enum CodingKeys: String, CodingKey {
    case run, model, suite, share, draws, numerics, kernel, threads, seconds, command
    case modelID = "model_id"
    case suiteHash = "suite_hash"
    case startedAt = "started_at"
    case finishedAt = "finished_at"
  }

  init(_ run: Run, model: String) {
    self.run = run.id
    self.model = model
    modelID = run.plan.model
    suite = run.plan.suite
    suiteHash = run.plan.suiteHash
    share = run.plan.share
    draws = run.plan.draws
    numerics = run.plan.numerics
    kernel = run.kernel
    threads = run.threads
    startedAt = run.startedAt.ISO8601Format()
    finishedAt = run.finishedAt?.ISO8601Format()
    seconds = run.finishedAt.map { ($0.timeIntervalSince(run.startedAt) * 1000).rounded() / 1000 }
    command = run.command
  }
}

/// A line of `runs --verdicts --json`.
struct ListedVerdict: Encodable {
  let verdict: String
  /// As a gate's report has it.
  let outcome: String
  let model: String
  let modelID: String
  /// The gate that gave it; nil where it broke off before it was kept.
  let gate: String?
  /// nil where the candidate was not asked.
  let run: String?
  let baseline: String
  let baselineHash: String
  let createdAt: String

  enum CodingKeys: String, CodingKey {
    case verdict, outcome, model, gate, run, baseline
    case modelID = "model_id"
    case baselineHash = "baseline_hash"
    case createdAt = "created_at"
  }

  init(_ record: VerdictRecord, model: String, gate: String?) {
    verdict = record.id
    outcome = record.verdict
    self.model = model
    modelID = record.model
    self.gate = gate
    run = record.run
    baseline = record.baselinePath
    baselineHash = record.baselineHash
    createdAt = record.createdAt.ISO8601Format()
  }
}

/// A line of `show --json`: one question to a model, and its answer.
struct ListedTrace: Encodable {
  let run: String
  let model: String
  let modelID: String
  let suite: String
  let numerics: String
  let task: String
  let item: String
  let block: Int
  let k: Int
  let draw: Int
  let condition: String
  /// The index of the choice that is asked about; nil for the gold answer.
  let choice: Int?
  let request: String
  let context: String
  let continuation: String
  let tokens: [Int32]
  let contextTokens: Int
  let tokenHash: String
  let logprob: Double?
  let terminatorLogprob: Double?
  let isGreedy: Bool?
  let exactMatch: Bool?

  enum CodingKeys: String, CodingKey {
    case run, model, suite, numerics, task, item, block, k, draw, condition, choice, request, context, continuation,
      tokens, logprob
    case modelID = "model_id"
    case contextTokens = "context_tokens"
    case tokenHash = "token_hash"
    case terminatorLogprob = "terminator_logprob"
    case isGreedy = "is_greedy"
    case exactMatch = "exact_match"
  }

  init(_ trace: ItemTrace, of run: Run, model: String) {
    self.run = run.id
    self.model = model
    modelID = run.plan.model
    suite = run.plan.suite
    numerics = run.plan.numerics
    task = trace.task
    item = trace.item
    block = trace.block
    k = trace.k
    draw = trace.draw
    condition = trace.condition.rawValue
    choice = trace.choice
    request = trace.request
    context = trace.context
    continuation = trace.continuation
    tokens = trace.score.tokens
    contextTokens = trace.score.contextTokenCount
    tokenHash = trace.score.tokenHash
    logprob = trace.score.logprob
    terminatorLogprob = trace.score.terminatorLogprob
    isGreedy = trace.score.isGreedy
    exactMatch = trace.score.exactMatch
  }
}

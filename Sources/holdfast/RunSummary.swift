import Diagnostics
import Evaluation
import Foundation
import Gating
import Suites

/// What a run found: exact match by task and k, and what it cost.
struct RunSummary: Encodable {
  struct TaskRow: Encodable {
    let task: String
    let family: String
    let items: Int
    /// Mean exact match by k.
    let exactMatch: [String: Double]
    /// Mean logprob of the gold answer by k, in nats.
    let logprob: [String: Double]

    enum CodingKeys: String, CodingKey {
      case task, family, items, logprob
      case exactMatch = "exact_match"
    }
  }

  let run: String
  let model: String
  let modelID: String
  let suite: String
  let share: String
  let blocks: Int
  let knownBlocks: Int
  let rows: Int
  let plainRows: Int
  let scoredRows: Int
  let contextSum: Int
  let decodedRequests: Int
  let seconds: Double
  let peakResidentBytes: Int
  let tasks: [TaskRow]
  /// Mean over tasks by k.
  let mean: [String: Double]

  enum CodingKeys: String, CodingKey {
    case run, model, suite, share, blocks, rows, seconds, tasks, mean
    case modelID = "model_id"
    case knownBlocks = "known_blocks"
    case plainRows = "plain_rows"
    case scoredRows = "scored_rows"
    case contextSum = "context_sum"
    case decodedRequests = "decoded_requests"
    case peakResidentBytes = "peak_resident_bytes"
  }

  private let shots: [Int]
  /// That a server was asked.
  private let questions: Int

  init(subject: any AskedModel, suite: Suite, outcome: SuiteRun.Outcome) {
    run = outcome.run.id
    model = subject.name
    modelID = subject.id
    self.suite = suite.name
    share = outcome.run.plan.share
    blocks = outcome.blocks
    knownBlocks = outcome.knownBlocks
    rows = outcome.scoring.rows
    questions = outcome.scoring.requests
    plainRows = outcome.scoring.plainRows
    scoredRows = outcome.scoring.scoredRows
    contextSum = outcome.scoring.contextSum
    decodedRequests = outcome.scoring.decodedRequests
    seconds = outcome.scoring.seconds
    peakResidentBytes = Machine.peakResidentBytes
    let byTask = Dictionary(grouping: outcome.items, by: \.task)
    let shots = Set(outcome.items.map(\.k)).sorted()
    let rows = suite.tasks.map { task in
      let items = byTask[task.name] ?? []
      func means(_ value: (ItemScore) -> Double?) -> [String: Double] {
        Dictionary(
          uniqueKeysWithValues: shots.compactMap { k in
            let values = items.filter { $0.k == k }.compactMap(value)
            return values.isEmpty ? nil : ("\(k)", values.reduce(0, +) / Double(values.count))
          })
      }
      return TaskRow(
        task: task.name, family: task.family, items: Set(items.map(\.item)).count,
        exactMatch: means { $0.exactMatch ? 1 : 0 }, logprob: means(\.logprob))
    }
    tasks = rows
    mean = Dictionary(
      uniqueKeysWithValues: shots.map { k in
        let values = rows.compactMap { $0.exactMatch["\(k)"] }
        return ("\(k)", values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count))
      })
    self.shots = shots
  }

  /// The curve of every task, in percent of exact match.
  var table: ShownText {
    func row(_ first: String, _ second: String, _ cells: [String]) -> ShownText {
      let line =
        shown(first).padding(toLength: 22, withPad: " ", startingAt: 0)
        + shown(second).padding(toLength: 20, withPad: " ", startingAt: 0)
        + cells.map { String(repeating: " ", count: max(0, 8 - $0.count)) + $0 }.joined()
      return "\(line)"
    }
    func cells(_ means: [String: Double]) -> [String] {
      shots.map { means["\($0)"].map { String(format: "%.1f", $0 * 100) } ?? "-" }
    }
    var lines = [row("task", "family", shots.map { "k=\($0)" })]
    for task in tasks.sorted(by: { ($0.family, $0.task) < ($1.family, $1.task) }) {
      lines.append(row(task.task, task.family, cells(task.exactMatch)))
    }
    lines.append(row("mean over tasks", "", cells(mean)))
    let cost =
      questions > 0 && rows == 0
      ? String(format: "%d questions in %.1f s", questions, seconds)
      : rows == 0
        ? "every score was in the ledger"
        : String(
          format: "%d rows (%d without shared prefixes) in %.1f s, %.0f rows/s", rows, plainRows, seconds,
          Double(rows) / seconds)
    lines.append("\nexact match in percent; run \(run): \(blocks) blocks, \(knownBlocks) known before; \(cost)")
    return lines.joined(separator: "\n")
  }
}

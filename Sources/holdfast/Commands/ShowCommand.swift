import ArgumentParser
import Diagnostics
import Foundation
import Ledger

/// `holdfast show`: one item back to its prompt, token ids and logprobs.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Traces an item to its prompts, token ids and logprobs, as a run in the ledger has them.",
    discussion: """
      Example: holdfast show guilty --task antonyms
      Example: holdfast show guilty --run 20260101-120000-3f9a1c
      Example: holdfast show guilty --json
      """)

  @Argument(help: "The item's id.")
  var item: String

  @Option(help: "Its task, where several have such an item.")
  var task: String?

  @Option(
    name: .customLong("run"),
    help: "The run's id, as 'holdfast runs' lists them; the newest that asked the item by default.")
  var runID: String?

  @Flag(help: "Print one JSON object a line, one for each prompt and answer.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let ledger = try Ledger(existingAt: options.ledger ?? options.loadIfPresent()?.ledger ?? defaultLedger)
    let (found, traces) = try find(in: ledger)
    let model = try ledger.model(found.plan.model)?.name ?? found.plan.model
    if json {
      for trace in traces { try printJSON(ListedTrace(trace, of: found, model: model)) }
      return
    }
    try printLine("run \(found.id): \(model) on \(found.plan.suite), numerics \(found.plan.numerics)")
    for trace in traces { try emitOutput(text(trace)) }
  }

  private func find(in ledger: Ledger) throws -> (Run, [ItemTrace]) {
    if let runID {
      guard let found = try ledger.run(runID) else {
        throw InputError(ledger.path, field: runID, "is no run", remedy: "see 'holdfast runs'")
      }
      let traces = try ledger.traces(ofItem: item, task: task, in: found)
      guard !traces.isEmpty else { throw unknown(ledger) }
      return (found, traces)
    }
    for candidate in try ledger.runs(limit: 200) {
      let traces = try ledger.traces(ofItem: item, task: task, in: candidate)
      if !traces.isEmpty { return (candidate, traces) }
    }
    throw unknown(ledger)
  }

  private func unknown(_ ledger: Ledger) -> InputError {
    let place = task.map { " of task \($0)" } ?? ""
    return InputError(
      ledger.path, field: item, "no run has such an item\(place)",
      remedy: "ids are those of the suite's items files; 'holdfast runs' lists the runs")
  }

  private func text(_ trace: ItemTrace) -> ShownText {
    let role = trace.choice.map { "choice \($0)" } ?? "gold answer"
    let score = trace.score
    let exact = score.exactMatch.map { $0 ? ", exact match" : ", no exact match" } ?? ""
    let end = score.terminatorLogprob.map { String(format: ", end of answer %.6f", $0) } ?? ""
    return """

      \(trace.task) \(trace.item), k = \(trace.k), draw \(trace.draw), \(trace.condition.rawValue), \(role), block \(trace.block)
      request \(trace.request), token hash \(score.tokenHash.prefix(16)), \(score.contextTokenCount) context tokens
      --- prompt
      \(ShownText(lines: trace.context))
      --- answer \(trace.continuation.debugDescription), token ids \(score.tokens.map { "\($0)" }.joined(separator: " "))
      \(score.logprob.map { "logprob \(String(format: "%.6f", $0))" } ?? "written text alone")\(end)\(score.isGreedy == true ? ", greedy" : "")\(exact)

      """
  }
}

import ArgumentParser
import Diagnostics
import Foundation
import Ledger
import Reporting

/// `holdfast runs`: what the ledger holds.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "Lists what models were asked and what the gate said, newest first.",
    discussion: """
      Example: holdfast runs
      Example: holdfast runs --verdicts --limit 5
      Example: holdfast runs --json
      """)

  @Option(help: "How many.")
  var limit: Int = 20

  @Flag(help: "List verdicts instead of runs.")
  var verdicts = false

  @Flag(help: "Print one JSON object a line.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit must be at least 1") }
  }

  func run() throws {
    let ledger = try Ledger(existingAt: options.ledger ?? options.loadIfPresent()?.ledger ?? defaultLedger)
    if json { return try printLines(ledger) }
    let grid = verdicts ? try verdictGrid(ledger) : try runGrid(ledger)
    try emitOutput(ShownText(lines: grid.text(width: 110)))
  }

  private func printLines(_ ledger: Ledger) throws {
    func name(_ id: String) throws -> String { try ledger.model(id)?.name ?? id }
    guard verdicts else {
      for run in try ledger.runs(limit: limit) { try printJSON(ListedRun(run, model: try name(run.plan.model))) }
      return
    }
    let gates = try ledger.gatesByVerdict()
    for record in try ledger.verdicts(limit: limit) {
      try printJSON(ListedVerdict(record, model: try name(record.model), gate: gates[record.id]))
    }
  }

  private func runGrid(_ ledger: Ledger) throws -> TextGrid {
    var grid = TextGrid([
      ("model", .left), ("run", .left), ("suite", .left), ("share", .right), ("draws", .right), ("state", .left),
      ("command", .left),
    ])
    for run in try ledger.runs(limit: limit) {
      let name = try ledger.model(run.plan.model)?.name ?? run.plan.model
      let state = run.finishedAt.map { String(format: "%.0f s", $0.timeIntervalSince(run.startedAt)) } ?? "unfinished"
      grid.add([
        name, run.id, run.plan.suite, run.plan.share, "\(run.plan.draws)", state, String(run.command.prefix(36)),
      ])
    }
    return grid
  }

  private func verdictGrid(_ ledger: Ledger) throws -> TextGrid {
    var grid = TextGrid([("model", .left), ("verdict", .left), ("gate", .left), ("run", .left), ("baseline", .left)])
    let gates = try ledger.gatesByVerdict()
    for verdict in try ledger.verdicts(limit: limit) {
      let name = try ledger.model(verdict.model)?.name ?? verdict.model
      let baseline = URL(fileURLWithPath: verdict.baselinePath).lastPathComponent
      grid.add([name, verdict.verdict.uppercased(), gates[verdict.id] ?? "-", verdict.run ?? "-", baseline])
    }
    return grid
  }
}

import ArgumentParser
import Diagnostics
import Evaluation
import Foundation
import Ledger
import Reading
import Reporting

/// `holdfast report`: a gate's report again, from the ledger.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes the report of a gate again, in any form, from the ledger: nothing is scored.",
    discussion: """
      Without --gate and --run it is the newest gate. 'holdfast runs --verdicts' lists the gates.

      Example: holdfast report
      Example: holdfast report --gate 20260101-120000-3f9a1c -o report.html -o items.csv
      Example: holdfast report --svg plots
      """)

  @Option(help: "The gate's id.")
  var gate: String?

  @Option(name: .customLong("run"), help: "A run's id: the newest gate that judged it.")
  var runID: String?

  @Option(
    name: .shortAndLong,
    help: "A file to write, by its extension: .html, .md, .json, .xml (JUnit), .csv (a row an item); repeatable.")
  var output: [String] = []

  @Option(help: "A folder to write every plot to, an SVG file each.")
  var svg: String?

  @Flag(help: "Print the report as JSON instead of the table.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func validate() throws {
    if gate != nil, runID != nil { throw ValidationError("give --gate or --run") }
  }

  func run() throws {
    for file in output { _ = try GateForm(of: file) }
    let configuration = try options.loadIfPresent()
    var others: [(path: String, what: ShownText)] = [(options.config, "the configuration")]
    if let configuration { others.append((configuration.baseline, "the baseline")) }
    for file in output {
      try OutputPlace.demand(file, apartFrom: others)
    }
    let ledger = try Ledger(existingAt: options.ledger ?? configuration?.ledger ?? defaultLedger)
    let kept = try KeptGate(try record(ledger), ledger: ledger)
    if let reason = kept.incomplete {
      if let table = try output.first(where: { try GateForm(of: $0) == .csv }) {
        throw InputError(
          table, "has no items to hold: \(reason)", remedy: "put the baseline back, or leave this file out")
      }
      note("gate \(kept.id): \(reason)")
    }
    let report = kept.output.report
    try kept.output.write(output)
    let plots = try svg.map { try kept.output.writePlots(to: $0) } ?? []
    if json {
      try emitData(try report.json())
    } else if output.isEmpty, svg == nil {
      try emitOutput("\(coloured(ShownText(lines: report.terminalTable(width: outputWidth))))\n")
    } else {
      for file in output + plots { try printLine("report: \(file)") }
    }
  }

  private func record(_ ledger: Ledger) throws -> GateRecord {
    if let gate {
      guard let record = try ledger.gate(gate) else {
        throw InputError(
          ledger.path, field: gate, "is no gate", remedy: "'holdfast runs --verdicts' lists the gates and their ids")
      }
      return record
    }
    if let runID {
      guard try ledger.run(runID) != nil else {
        throw InputError(ledger.path, field: runID, "is no run", remedy: "'holdfast runs' lists the runs and their ids")
      }
      guard let record = try ledger.gate(ofRun: runID) else {
        throw InputError(
          ledger.path, field: runID, "no gate has judged this run",
          remedy: "gate its model: the scores of the run are used again")
      }
      return record
    }
    guard let record = try ledger.newestGate() else {
      throw InputError(ledger.path, "holds no gate", remedy: "run 'holdfast gate --candidate PATH' first")
    }
    return record
  }
}

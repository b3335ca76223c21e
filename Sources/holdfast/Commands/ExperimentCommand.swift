import ArgumentParser
import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Overlap
import Reading
import Reporting
import Suites
import Transformer

/// `holdfast experiment`: trains and scores arms of recipes, and reports what each kept.
struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Trains arms of recipes, scores their checkpoints, and reports how much in-context learning each kept.",
    discussion: """
      Every arm under every seed is trained into OUT/ARM/seed-N and scored against the configuration's baseline at the \
      experiment's checkpoints. The report (README.md, results.json, plot.svg) goes to REPORTS/NAME and is written anew \
      after every run. The same command goes on where it was stopped, at any moment; what is there is not made again. \
      On another machine --from-report goes on from the report.

      Example: holdfast experiment recipes/experiments/preservation.yaml
      Example: holdfast experiment recipes/experiments/preservation.yaml --arm full-5e-5 --arm preserve --seed 1
      """)

  @Argument(help: "The experiment file.")
  var file: String

  @Option(help: "The folder that everything is trained into; out/NAME of the experiment by default.")
  var out: String?

  @Option(help: "The folder whose NAME folder the report goes to; the configuration's by default.")
  var reports: String?

  @Flag(help: "Take the finished runs of the report as they stand, where they were made with the same.")
  var fromReport = false

  @Option(help: "Only this seed; repeatable.")
  var seed: [UInt64] = []

  @Option(help: "Only this arm; repeatable.")
  var arm: [String] = []

  @Option(help: "How the baseline was asked: raw, chat or chat-single; the configuration's by default.")
  var prompt: PromptForm?

  @Flag(help: "Print results.json instead of the table.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let experiment = try Experiment.read(file)
    let configuration = try options.load()
    let baseline = try configuration.naming { try Baseline.load(configuration.baselineToRead) }
    let suite =
      try experiment.suite.map { folder in
        try naming(folder, by: experiment.file, "suite") {
          try configuration.asking(
            try Suite.load(folder), like: baseline, at: configuration.baselineToRead, form: prompt)
        }
      } ?? configuration.suite(of: baseline, at: configuration.baselineToRead, form: prompt)
    let ledger = try Ledger(path: options.ledger ?? configuration.ledger)
    let path = try basePath(configuration)
    let base = try configuration.naming {
      try Subject(path: path, base: try Checkpoint.open(path), hashes: LedgerHashCache.forProcess(ledger))
    }
    for line in base.notes { note("\(line)") }
    let folder = "\(reports ?? configuration.reports)/\(experiment.name)"
    let heldOut = try configuration.heldOutCheck(suite, threads: options.threads(configuration))
    if let heldOut { note("held-out check: \(HeldOutSummary(heldOut).text)") }
    let session = try ExperimentSession(
      experiment, suite: suite, baseline: baseline, settings: configuration.gate, base: base,
      configuredBase: configuration.base.description,
      fineTuningLabels: configuration.fineTuning.labels, contaminated: heldOut?.contaminatedItems ?? [:],
      also: try experiment.also.map { try also($0, experiment, configuration) }, out: out ?? "out/\(experiment.name)",
      reports: folder, known: fromReport ? "\(folder)/results.json" : nil,
      ledger: ledger, threads: options.threads(configuration),
      selection: .init(arms: arm.isEmpty ? nil : arm, seeds: seed.isEmpty ? nil : seed),
      provenance: .init(
        command: typedCommand, createdBy: "holdfast \(holdfastVersion)", machine: Machine.description,
        kernel: Kernel.current.name, baseline: fromHere(configuration.baselineToRead)))
    let progress = ExperimentProgress()
    defer { progress.end() }
    let result = try session.run(report: progress.show)
    progress.end()
    if json { return try emitData(try result.json()) }
    try emitOutput(ShownText(lines: result.terminalTable(width: outputWidth)))
    let open = result.runs.filter { $0.state == .unfinished }.count
    if open > 0 { try printLine("\(open) of \(result.runs.count) runs are still to be done") }
    try printLine("report: \(folder)/README.md")
  }

  /// The configured suite as the other baseline was asked it.
  private func also(
    _ also: Experiment.Also, _ experiment: Experiment, _ configuration: Configuration
  ) throws -> ExperimentSession.AlsoAsked {
    let baseline = try naming(also.baseline, by: experiment.file, "also.baseline") { try Baseline.load(also.baseline) }
    let form = baseline.run.chat?.form ?? .raw
    return .init(
      suite: try configuration.suite(of: baseline, at: also.baseline, form: form), baseline: baseline,
      path: fromHere(also.baseline), share: also.share)
  }
}

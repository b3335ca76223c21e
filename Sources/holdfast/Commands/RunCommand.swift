import ArgumentParser
import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Scoring
import Suites
import Transformer

/// `holdfast run`: scores one model on a suite into the ledger.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Scores one model on a suite into the ledger; goes on where it was stopped.",
    discussion: """
      Example: holdfast run --model smollm2-135m-instruct --suite suites/smoke
      Example: holdfast run --model path/to/adapter --share 1/4
      """)

  @Option(
    help:
      "A .gguf file, a Hugging Face folder, a PEFT adapter on the configured base, or a catalogue name; the base by default."
  )
  var model: String?

  @Option(help: "The suite's folder; the configuration's by default.")
  var suite: String?

  @Option(help: "A fixed share of every task's blocks, such as 1/4.")
  var share: String = "1"

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let configuration = try options.load()
    let share = try Share(parsing: share)
    let threads = options.threads(configuration)
    guard let folder = suite ?? configuration.suites.first else {
      throw InputError(options.config, field: "suites", "names no suite", remedy: "name one, or give --suite")
    }
    let suite = try Suite.load(folder)
    let path = try model.map { try modelPath($0, configuration) } ?? basePath(configuration)
    let ledger = try Ledger(path: options.ledger ?? configuration.ledger)
    let subject = try Subject(
      path: path, base: try Checkpoint.open(try basePath(configuration)), hashes: LedgerHashCache.forProcess(ledger))
    if subject.adapter?.isNil == true { note("\(path): the adapter changes nothing: every lora_B is zero") }
    let loaded = try LoadedModel(
      subject.checkpoint, adapters: subject.adapter.map { [$0] } ?? [], threads: threads)
    let run = SuiteRun(
      suite: suite, share: share, ledger: ledger, command: typedCommand, kernel: Kernel.current.name, threads: threads)
    let progress = ProgressLine(subject.name)
    let outcome = try run.execute(
      subject, scorer: EngineScorer(loaded, adapter: subject.adapter == nil ? nil : 0), progress: progress.show)
    progress.end()
    let summary = RunSummary(subject: subject, suite: suite, outcome: outcome)
    print(json ? try summary.json() : summary.table)
  }
}

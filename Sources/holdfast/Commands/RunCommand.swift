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
      Example: holdfast run --model path/to/adapter --share 1/2
      """)

  @Option(
    help:
      "A .gguf file, a Hugging Face folder, a PEFT adapter on the configured base, or a catalogue name; the base by default."
  )
  var model: String?

  @Option(help: "The suite's folder; the configuration's by default.")
  var suite: String?

  @Option(help: "How questions are put: raw, chat or chat-single; the configuration's by default, which is raw.")
  var prompt: PromptForm?

  @Flag(
    help:
      "Put each task's instruction before its first question, in chats; the configuration's chat.instructions by default."
  )
  var instructions = false

  @Option(help: "A fixed share of every task's blocks, such as 1/2.")
  var share: String = "1"

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let share = try Share(parsing: share)
    let settings = try RunSettings(options, model: model, suite: suite)
    let threads = settings.threads
    let suite = try settings.naming { try Suite.load(settings.suite) }
    let ledger = try Ledger(path: settings.ledger)
    let subject = try settings.naming {
      try Subject(path: settings.model, base: try settings.base(), hashes: LedgerHashCache.forProcess(ledger))
    }
    let loaded = try subject.load(threads: threads)
    let run = try SuiteRun(
      suite: try settings.asking(suite, of: subject.checkpoint, form: prompt, instructions: instructions), share: share,
      ledger: ledger,
      command: typedCommand, kernel: Kernel.current.name, threads: threads)
    for line in try run.notes(on: loaded) { note("\(line)") }
    let progress = ProgressLine(subject.name)
    defer { progress.end() }
    let outcome = try run.execute(
      subject, scorer: subject.scorer(in: loaded), progress: progress.show)
    progress.end()
    let summary = RunSummary(subject: subject, suite: suite, outcome: outcome)
    if json { try printJSON(summary, isPretty: true) } else { try printLine(summary.table) }
  }
}

/// What a run needs, from options and, where there is one, the configuration.
private struct RunSettings {
  let model: String
  let suite: String
  let ledger: String
  let threads: Int
  private let configuration: Configuration?

  init(_ options: ConfigurationOptions, model: String?, suite: String?) throws {
    // A model and a suite are enough; only what they leave open needs a configuration.
    let needed = model == nil || suite == nil || FileManager.default.fileExists(atPath: options.config)
    configuration = needed ? try options.load() : nil
    guard let folder = suite ?? configuration?.suites.first else {
      throw InputError(options.config, field: "suites", "names no suite", remedy: "name one, or give --suite")
    }
    self.suite = folder
    if let model {
      self.model = try resolveModel(model, models: configuration?.models)
    } else {
      self.model = try configuration.map(basePath) ?? ""
    }
    ledger = options.ledger ?? configuration?.ledger ?? ".holdfast/ledger.sqlite"
    threads = options.threads ?? configuration?.threads ?? Machine.cores
  }

  /// Runs what reads files that the configuration may have named.
  func naming<Result>(_ body: () throws -> Result) throws -> Result {
    try configuration.map { try $0.naming(body) } ?? body()
  }

  /// The suite as it is to be asked.
  func asking(
    _ suite: Suite, of checkpoint: Checkpoint, form: PromptForm?, instructions: Bool
  ) throws -> Suite {
    if let configuration {
      return try configuration.asking(suite, of: checkpoint, form: form, instructions: instructions)
    }
    guard let form, form != .raw else {
      guard !instructions else {
        throw InputError("--instructions", "is of chats", remedy: "give --prompt chat too, or leave it out")
      }
      return suite
    }
    return try suite.asked(
      as: ChatDescription(form: form, of: checkpoint, ChatChoice(instructions: instructions), file: "--prompt"),
      path: checkpoint.path)
  }

  /// The model that an adapter is on.
  func base() throws -> Checkpoint {
    guard let configuration else {
      throw InputError(model, "is an adapter", remedy: "name its base in holdfast.yaml, or give the file with --config")
    }
    return try configuration.naming { try Checkpoint.open(try basePath(configuration)) }
  }
}

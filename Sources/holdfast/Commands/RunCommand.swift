import ArgumentParser
import ChatTemplates
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Reading
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
      "A .gguf file, a Hugging Face folder, an adapter (PEFT, or LoRA in GGUF) on the configured base, or a catalogue name; the base by default."
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

  @Option(
    help: "Ask one part of several, such as 2/8, into a ledger of its own; 'holdfast merge' brings them together.")
  var shard: String?

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var serverOptions: ServerOptions

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let share = try Share(parsing: share)
    let shard = try shard.map { try Shard(parsing: $0) }
    let settings = try RunSettings(options, model: model, suite: suite)
    let threads = settings.threads
    let suite = try settings.naming { try Suite.load(settings.suite) }
    let ledger = try Ledger(path: settings.ledger)
    let models = ModelOpening(
      settings.configuration, ledger: ledger,
      access: try serverOptions.access(keyFile: settings.configuration?.keyFile), base: settings.base,
      arguments: try settings.configuration?.chatArguments(form: prompt) ?? JSONObject(), tell: { note("\($0)") })
    let subject = try models.open(settings.model)
    for line in subject.server == nil ? [] : subject.notes { note("\(line)") }
    let loaded = try subject.ready(threads: threads)
    var run = try SuiteRun(
      suite: try settings.asking(suite, of: subject.templates(), form: prompt, instructions: instructions),
      share: share,
      ledger: ledger,
      command: typedCommand, kernel: Kernel.current.name, threads: threads)
    run.shard = shard
    for line in try run.notes(on: loaded) { note("\(line)") }
    let progress = ProgressLine(subject.name)
    defer { progress.end() }
    let outcome = try run.execute(
      subject, scorer: loaded.scorer, progress: progress.show)
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
  let configuration: Configuration?

  init(_ options: ConfigurationOptions, model: String?, suite: String?) throws {
    // A model and a suite are enough; only what they leave open needs a configuration.
    let needed = model == nil || suite == nil || FileManager.default.fileExists(atPath: options.config)
    configuration = needed ? try options.load() : nil
    guard let folder = suite ?? configuration?.suites.first else {
      throw InputError(options.config, field: "suites", "names no suite", remedy: "name one, or give --suite")
    }
    self.suite = ShippedFiles.own.suite(folder)
    if let model {
      self.model = try resolvePlace(model, models: configuration?.models)
    } else {
      self.model = try configuration.map(basePlace) ?? ""
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
    _ suite: Suite, of templates: @autoclosure () throws -> ChatTemplateSet, form: PromptForm?, instructions: Bool
  ) throws -> Suite {
    if let configuration {
      return try configuration.asking(suite, of: templates(), form: form, instructions: instructions)
    }
    guard let form, form != .raw else {
      guard !instructions else {
        throw InputError("--instructions", "is of chats", remedy: "give --prompt chat too, or leave it out")
      }
      return suite
    }
    let set = try templates()
    return try suite.asked(
      as: ChatDescription(form: form, of: set, ChatChoice(instructions: instructions), file: "--prompt"), path: set.path
    )
  }

  /// What leads to the model that an adapter is on.
  func base() throws -> String {
    guard let configuration else {
      throw InputError(model, "is an adapter", remedy: "name its base in holdfast.yaml, or give the file with --config")
    }
    return try basePlace(configuration)
  }
}

import ArgumentParser
import ChatTemplates
import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Reading
import Reporting
import Suites

/// `holdfast compare`: any runs, models or baselines side by side.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Puts runs, models and baselines side by side, on the same questions.",
    discussion: """
      Each of them is a run's id ('holdfast runs' lists them), a committed baseline file (.json), or a model: a path, a catalogue name, \
      or its name or id in the ledger. A model stands for its newest finished run of the same questions; nothing is scored. The first \
      one is the reference: every other one is contrasted with it, block by block, on what both were asked.

      A recipe that was trained under several seeds is one side as NAME=RUN,RUN: means over its runs, and intervals that take runs as a \
      sample too, so that they say what another seed may give.

      It describes, with intervals, and gives no verdict: that is 'holdfast gate'.

      Example: holdfast compare baselines/smollm2-135m-instruct.core.json out/my-adapter
      Example: holdfast compare 20260101-120000-3f9a1c 20260102-093000-c81d04 --json
      Example: holdfast compare baselines/smollm2-135m-instruct.core.json lora=out/lora-1,out/lora-2
      Example: holdfast compare --as-one out/my-adapter out/my-merged
      """)

  @Argument(help: ArgumentHelp("The reference, then what is compared with it.", valueName: "reference-or-other"))
  var sides: [String]

  @Option(
    name: .shortAndLong,
    help: "A file to write too, by its extension: .md, .json, .csv (a row a question); repeatable.")
  var output: [String] = []

  @Option(help: "Of models, take the runs of the configuration's suite that were asked raw, chat or chat-single.")
  var prompt: PromptForm?

  @Flag(
    help: "Compare models' tokenizers, templates and weights too, as forms of one fine-tuning of the configured base.")
  var asOne = false

  @Flag(help: "Print JSON instead of the table.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func validate() throws {
    if sides.count < 2 { throw ValidationError("give a reference and at least one other to compare with it") }
  }

  func run() throws {
    let forms = try output.map { try ComparisonForm(of: $0) }
    let configuration = try options.loadIfPresent()
    // Committed baselines can be compared where nothing was ever scored.
    let ledger =
      ComparisonSources.needLedger(sides)
      ? try Ledger(existingAt: options.ledger ?? configuration?.ledger ?? defaultLedger) : nil
    let sources = ComparisonSources(
      ledger: ledger,
      // A name that is no file here, or is not fetched, may still be known to the ledger.
      path: { name in try? resolveModel(name, models: configuration?.models) },
      base: { adapter in try base(of: adapter, configuration) },
      questions: try prompt.map { try questions(in: $0, configuration) })
    let found = try sources.sides(sides)
    var comparison = try Comparison(
      createdBy: "holdfast \(holdfastVersion)", command: typedCommand, reference: found[0],
      others: Array(found.dropFirst()))
    if asOne { comparison = comparison.with(forms: try self.forms(configuration, ledger, comparison)) }
    for (file, form) in zip(output, forms) { try OutputFile.write(Data(try comparison.rendered(form).utf8), to: file) }
    if json {
      try emitData(Data(try comparison.json().utf8))
    } else {
      try emitOutput(ShownText(lines: comparison.terminalTable(width: outputWidth)))
    }
  }

  /// The sides as forms of one fine-tuning.
  private func forms(
    _ configuration: Configuration?, _ ledger: Ledger?, _ comparison: Comparison
  ) throws -> [FormFinding] {
    if let side = sides.first(where: { (try? resolveModel($0, models: configuration?.models)) == nil }) {
      throw InputError(side, "is no model's path, and --as-one compares files", remedy: "name the model by its path")
    }
    guard let configuration, let ledger, let folder = configuration.suites.first else {
      throw InputError(
        "--as-one", "needs the base that was fine-tuned, and a suite",
        remedy: "name them in holdfast.yaml, or give the file with --config")
    }
    let base = try configuration.naming { try Checkpoint.open(try basePath(configuration)) }
    let forms = try sides.map { side -> (String, (any AskedModel)?, String?) in
      let path = try resolveModel(side, models: configuration.models)
      return (side, try Subject(path: path, base: base, hashes: LedgerHashCache.forProcess(ledger)), nil)
    }
    let comparing = FormComparing(
      base: base, suite: try configuration.naming { try Suite.load(folder) }, threads: options.threads(configuration))
    // A side that is a path is one run.
    return try comparing.compare(forms, [nil] + comparison.contrasts.map { FormAnswers(contrasts: $0.questions) })
  }

  /// What models were asked: the configuration's suite in a form.
  private func questions(in form: PromptForm, _ configuration: Configuration?) throws -> ComparisonSources.Asked {
    guard let configuration, let folder = configuration.suites.first else {
      throw InputError("--prompt", "needs a suite", remedy: "name it in holdfast.yaml, or give the file with --config")
    }
    return try configuration.naming {
      let base = try Checkpoint.open(try basePath(configuration))
      return try ComparisonSources.Asked(
        configuration.asking(try Suite.load(folder), of: ChatTemplateSet(of: base), form: form),
        draws: SuiteRun.draws.upperBound)
    }
  }

  /// The model that an adapter is on.
  private func base(of adapter: String, _ configuration: Configuration?) throws -> Checkpoint {
    guard let configuration else {
      throw InputError(
        adapter, "is an adapter", remedy: "name its base in holdfast.yaml, or give the file with --config")
    }
    return try configuration.naming { try Checkpoint.open(try basePath(configuration)) }
  }
}

import ArgumentParser
import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Overlap
import Reporting
import Suites
import Training
import Transformer

/// `holdfast repair`: how much of a fine-tuning can be kept so that the gate passes.
struct RepairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Finds how much of a fine-tuning can be kept so that the gate passes, and writes that checkpoint.",
    discussion: """
      A whole checkpoint is interpolated with its base, weight by weight: base + a · (candidate - base). An adapter is scaled: every B \
      times s. The share is found on --share of every task's blocks by bisection, in 32nds, and confirmed by the gate on the other \
      blocks. Target accuracy is the share of samples in --data whose every completion token is the likeliest, as 'holdfast train' \
      measures it.

      Exit codes: 0 repaired and confirmed, or nothing to repair; 1 no share passes, and nothing is written; 2 bad input; 3 written and \
      not confirmed, or not gateable.

      Example: holdfast repair --candidate out/naive/checkpoint-200 --data data/test.jsonl
      Example: holdfast repair --candidate out/naive/checkpoint-200 --data data/test.jsonl --by-cell
      Example: holdfast repair --candidate out/lora --data data/test.jsonl --format chatml --out out/lora-repaired
      """)

  /// How a sample becomes text, as a recipe's `format`, or through the model's chat template.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case plain, chatml, llama3, model

    var style: PromptFormat.Style {
      switch self {
      case .plain: .plain
      case .chatml: .chatml
      case .llama3: .llama3
      case .model: .template
      }
    }
  }

  @Option(
    help: """
      The model that the candidate was tuned from: a .gguf file, a Hugging Face folder, or a name from the catalogue; the configuration's \
      by default.
      """)
  var base: String?

  @Option(help: "The candidate: a Hugging Face folder, a .gguf file, or a PEFT adapter on the base.")
  var candidate: String

  @Option(help: "Test samples of the fine-tuning task (JSONL: prompt and completion, or messages).")
  var data: String

  @Option(
    help:
      "How a sample becomes text: plain, chatml or llama3, as in the recipe, or model for the chat template; by default the last where the candidate says that it was trained through it, or a sample is a conversation."
  )
  var format: Format?

  @Flag(help: "Completions end with the tokenizer's EOS, as the recipe's end_with_eos has it.")
  var endWithEOS = false

  @Flag(
    help:
      "Put back whole cells (one layer's q, k, v, o, gate and up, or down) instead of a share of everything: those first that bring back most ability for the target they cost; beside plain interpolation."
  )
  var byCell = false

  @Option(help: "The folder to make; out/NAME-repaired of the candidate by default.")
  var out: String?

  @Option(help: "The share of every task's blocks that the search sees; the others confirm.")
  var share: String = "1/2"

  @Flag(help: "Print what was found as JSON instead of text.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let configuration = try options.load()
    let basePath = try base.map { try resolveModel($0, models: configuration.models) } ?? basePath(configuration)
    let path = try resolveModel(candidate, models: configuration.models)
    // What was trained through a chat template is asked through it.
    let trained = try TrainingRecord.read(fromCheckpoint: path)?.usesChatTemplate ?? false
    let test = try TargetTest(
      path: data,
      format: PromptFormat(format?.style ?? (trained ? .template : .automatic), endsWithEOS: endWithEOS ? true : nil))
    let baseline = try configuration.naming { try Baseline.load(configuration.baselineToRead) }
    let suite = try configuration.suite(of: baseline, at: configuration.baselineToRead)
    let heldOut = try configuration.heldOutCheck(suite, threads: options.threads(configuration))
    if let heldOut { note("held-out check: \(HeldOutSummary(heldOut).text)") }
    let setting = RepairSetting(
      suite: suite, baseline: baseline, baselinePath: configuration.baselineToRead,
      policy: configuration.gate.policy, fineTuningLabels: configuration.fineTuning.labels,
      contaminated: heldOut?.contaminatedItems ?? [:],
      share: try Share(parsing: share), threads: options.threads(configuration), command: typedCommand,
      kernel: Kernel.current.name)
    let ledger = try Ledger(path: options.ledger ?? configuration.ledger)
    let session = try configuration.naming {
      try RepairSession(
        setting, base: basePath, candidate: path, test: test, out: out ?? defaultFolder(path), ledger: ledger,
        isByCell: byCell)
    }
    let progress = ProgressLine("")
    defer { progress.end() }
    let result = try session.run { event in
      switch event {
      case .note(let text): note("\(text)")
      case .asking(let name): progress.label = name
      case .progress(let scoring): progress.show(scoring)
      case .ranked(let done, let total): progress.show(part: done, of: total)
      case .tried(let point), .confirmed(let point):
        progress.end()
        note("\(progress.label): \(point.sentence ?? "")")
      }
    }
    progress.end()
    // What was repaired says it itself, in holdfast_repair.json.
    let isKept = result.out != nil
    if json {
      try conclude(try result.json(), code: result.exit.rawValue, isKept: isKept)
    } else {
      try conclude(ShownText(lines: result.text), code: result.exit.rawValue, isKept: isKept)
    }
  }

  /// out/NAME-repaired, with the parent's name where the last part alone would say nothing ("checkpoint-100").
  private func defaultFolder(_ path: String) -> String {
    "out/\(Subject.shortName(path).replacingOccurrences(of: "/", with: "-"))-repaired"
  }
}

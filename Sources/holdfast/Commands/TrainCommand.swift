import ArgumentParser
import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Suites
import Training

/// `holdfast train`: fine-tunes by a recipe.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Fine-tunes a model by a recipe; writes checkpoints that 'holdfast gate' takes.",
    discussion: """
      Checkpoints go to OUT/checkpoint-N: a PEFT adapter for a LoRA recipe, a Hugging Face folder otherwise; the last one holds the \
      optimiser's state, from which --resume goes on to the same weights as a run that was never stopped. OUT/training_log.jsonl has a \
      line a step, and so has the ledger.

      Example: holdfast train recipes/lora.yaml --out out/lora
      Example: holdfast gate --candidate out/lora/checkpoint-100 --share 1/2
      """)

  @Argument(help: "The recipe file.")
  var recipe: String

  @Option(help: "The folder to make; out/NAME of the recipe by default.")
  var out: String?

  @Option(help: "Steps, instead of the recipe's.")
  var steps: Int?

  @Option(help: "The seed, instead of the recipe's.")
  var seed: UInt64?

  @Flag(help: "Go on with what is in the output folder.")
  var resume = false

  @OptionGroup var options: ConfigurationOptions

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps must be at least 1") }
  }

  func run() throws {
    var recipe = try Recipe.read(recipe)
    if let steps { recipe.length = .steps(steps) }
    if let seed { recipe.seed = seed }
    let configuration = try options.loadIfPresent()
    let base = try basePath(of: recipe, configuration)
    let checkpoint = try recipe.naming {
      try configuration?.naming { try Checkpoint.open(base) } ?? Checkpoint.open(base)
    }
    let session = try TrainingSession(
      recipe, base: checkpoint, baseName: recipe.base ?? configuration?.base.description ?? base,
      suites: try suites(configuration), folder: out ?? "out/\(recipe.name)",
      threads: options.threads ?? configuration?.threads ?? Machine.cores,
      origin: TrainingSession.Origin(program: "holdfast \(holdfastVersion)", command: typedCommand))
    try session.folder.check(resuming: resume)
    let ledger = try Ledger(path: options.ledger ?? configuration?.ledger ?? defaultLedger)
    for line in checkpoint.noteLines { note("\(line)") }
    for warning in session.warnings { note("warning: \(warning)") }
    for line in session.plan.variety.lines { note("\(line)") }
    for line in session.preparations(resuming: resume) { note("\(line) first") }
    let progress = TrainingProgress(total: session.plan.stepCount, label: recipe.name)
    defer { progress.end() }
    let outcome: TrainingSession.Outcome
    do {
      outcome = try session.run(
        resuming: resume, ledger: ledger, started: { if $0 > 0 { note("going on after step \($0)") } },
        report: progress.show)
    } catch let diverged as TrainingDiverged {
      throw diverged.fault
    }
    progress.end()
    if let accuracy = outcome.evaluation.targetAccuracy {
      try printLine(
        "target accuracy \(String(format: "%.1f", accuracy * 100)) % on \(session.plan.testSamples.count) test samples")
    }
    if let leakMass = outcome.evaluation.leakMass {
      try printLine("leak mass \(String(format: "%.4f", leakMass))")
    }
    try printLine("\(outcome.checkpoint)")
  }

  private func suites(_ configuration: Configuration?) throws -> [Suite] {
    guard let configuration else { return [] }
    return try configuration.naming { try configuration.suites.map { try Suite.load($0) } }
  }

  private func basePath(of recipe: Recipe, _ configuration: Configuration?) throws -> String {
    if let base = recipe.base { return try recipe.naming { try resolveModel(base, models: configuration?.models) } }
    guard let configuration else {
      throw InputError(
        recipe.file, field: "base", "names no base model", remedy: "name one, or give a holdfast.yaml with --config")
    }
    return try holdfast.basePath(configuration)
  }
}

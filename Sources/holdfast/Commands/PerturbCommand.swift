import ArgumentParser
import Checkpoints
import Evaluation
import Foundation

/// `holdfast perturb`: a candidate with a known harm.
struct PerturbCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perturb",
    abstract: "Writes a PEFT adapter of seeded noise on the attention projections: a candidate with a known harm.",
    discussion: """
      The noise on each q, k, v and o projection is of rank 8 and --scale times as large as the weight itself (Frobenius norms).

      Example: holdfast perturb --model smollm2-135m-instruct --scale 0.3 --seed 1 --out out/noise
      """)

  @Option(help: "A .gguf file, a Hugging Face folder, or a name from the catalogue that was fetched.")
  var model: String

  @Option(help: "The noise's size relative to the weights; 0 changes nothing.")
  var scale: Double

  @Option(help: "The seed; the same seed gives the same noise.")
  var seed: UInt64 = 1

  @Option(help: "The folder to make.")
  var out: String

  func run() throws {
    let checkpoint = try Checkpoint.open(try resolveModel(model))
    for line in checkpoint.noteLines { note("\(line)") }
    let isNew = !FileManager.default.fileExists(atPath: out)
    do {
      try Perturbation(scale: scale, seed: seed).write(for: checkpoint, name: model, to: out)
    } catch {
      // Half an adapter is nothing to keep.
      if isNew { try? FileManager.default.removeItem(atPath: out) }
      throw error
    }
    try printLine("\(out)")
  }
}

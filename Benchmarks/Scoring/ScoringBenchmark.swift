import ArgumentParser
import Checkpoints
import Foundation
import Scoring

/// Measures scoring and what is around it: run by `make bench`.
@main
struct ScoringBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ScoringBenchmark", abstract: "Measures scoring and what is around it.",
    subcommands: [WholeSuite.self, Scaling.self, Bits.self, Throughput.self, RowCount.self],
    defaultSubcommand: WholeSuite.self)
}

/// What is scored, and with what.
struct Workload: ParsableArguments {
  @Option(help: "A .gguf file or a Hugging Face folder.")
  var model: String = "models/smollm2-135m-instruct.gguf"

  @Option(help: "The suite's folder.")
  var suite: String = "suites/core"

  @Option(help: "Threads.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func loaded(adapters: [String] = [], threads: Int? = nil) throws -> LoadedModel {
    let checkpoint = try Checkpoint.open(model)
    return try LoadedModel(
      checkpoint, adapters: try adapters.map { try Adapter.open($0, on: checkpoint) }, threads: threads ?? self.threads)
  }
}

import ArgumentParser
import Checkpoints
import Foundation
import Scoring
import Suites
import Transformer

/// Scoring a whole suite against what the machine could do.
struct WholeSuite: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suite", abstract: "Scores a suite: rows a second, share of the sgemm rate, memory.")

  @OptionGroup var workload: Workload

  @Option(help: "A fixed share of every task's blocks.")
  var share: String = "1"

  func run() throws {
    let threads = workload.threads
    let loading = ContinuousClock.now
    let model = try workload.loaded()
    let loadSeconds = seconds(since: loading)
    let spec = model.decoder.spec
    let suite = try Suite.load(workload.suite)
    let batches = try suite.requestBlocks(share: try Share(parsing: share)).map { $0.observations.map(\.request) }

    // The rate is measured before and after: a machine's speed drifts.
    let before = try GEMMRate(spec, threads: threads)
    let progress = try EngineScorer(model).score(batches, progress: { _ in }, deliver: { _, _ in })
    let after = try GEMMRate(spec, threads: threads)

    let decoding = model.decoder.decoding / .seconds(1)
    let flops = countedFLOPs(spec, progress)
    let rate = flops / progress.seconds
    let limit = max(before.best, after.best)
    let bytes = model.checkpoint.weightFiles.reduce(0) { $0 + $1.bytes.count }
    print(
      """
      suite             \(suite.name), share \(share), \(batches.count) blocks, \(batches.map(\.count).reduce(0, +)) requests
      kernel, threads   \(Kernel.current.name), \(threads)
      sgemm at M = 1024 \(gigaflops(before.packed)) before, \(gigaflops(after.packed)) after (packed); \
      OpenBLAS \(before.openBLAS.map(gigaflops) ?? "not installed") (\(openBLASCore ?? "-"))
      load              \(decimals(loadSeconds, 2)) s
      scoring           \(decimals(progress.seconds, 1)) s, \(Int(Double(progress.rows) / progress.seconds)) rows/s
      rows              \(progress.rows) distinct, \(progress.plainRows) plain: \
      \(decimals(Double(progress.plainRows) / Double(progress.rows), 2)) times fewer
      counted FLOPs     \(decimals(flops / 1e9, 0)) G at \(gigaflops(rate)): \
      \(decimals(100 * rate / limit, 1)) % of the best sgemm rate
      weights           \(decimals(100 * decoding / progress.seconds, 1)) % of the time for decoding the blocks' weights
      decoded           \(progress.decodedRequests) requests that teacher forcing could not settle
      peak memory       \(peakResidentBytes / 1_000_000) MB: the checkpoint's \(bytes / 1_000_000) MB \
      + \((peakResidentBytes - bytes) / 1_000_000) MB
      """)
  }
}

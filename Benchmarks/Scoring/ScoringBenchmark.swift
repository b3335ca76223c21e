import ArgumentParser
import Catalogue
import Checkpoints
import Diagnostics
import Foundation
import Scoring
import Suites
import Transformer

/// Measures the scoring of a suite against what the machine could do: run by `make bench`.
@main
struct ScoringBenchmark: ParsableCommand {
  @Option(help: "A .gguf file or a Hugging Face folder.")
  var model: String = "models/smollm2-135m-instruct.gguf"

  @Option(help: "The suite's folder.")
  var suite: String = "suites/core"

  @Option(help: "A fixed share of every task's blocks.")
  var share: String = "1"

  @Option(help: "Threads.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func run() throws {
    let loading = ContinuousClock.now
    let model = try LoadedModel(try Checkpoint.open(model), threads: threads)
    let loadSeconds = seconds(since: loading)
    let spec = model.decoder.spec
    let suite = try Suite.load(suite)
    let batches = suite.requestBlocks(share: try Share(parsing: share)).map { $0.observations.map(\.request) }

    // The rate is measured before and after: a machine's speed drifts.
    let before = try GEMMRate(spec, threads: threads)
    let progress = try EngineScorer(model).score(batches, progress: { _ in }, deliver: { _, _ in })
    let after = try GEMMRate(spec, threads: threads)

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
      decoded           \(progress.decodedRequests) requests that teacher forcing could not settle
      peak memory       \(peakResidentBytes / 1_000_000) MB: the checkpoint's \(bytes / 1_000_000) MB \
      + \((peakResidentBytes - bytes) / 1_000_000) MB
      """)
  }
}

/// Two FLOPs a multiply-add through the blocks' matrices and the scored rows' vocabulary projection, and attention's
/// 4 · heads · head dimension a key and layer.
private func countedFLOPs(_ spec: DecoderSpec, _ progress: ScoringProgress) -> Double {
  2 * Double(spec.blockParameters) * Double(progress.rows)
    + 2 * Double(spec.vocabularySize * spec.hiddenSize) * Double(progress.scoredRows)
    + 4 * Double(spec.queryWidth * spec.layerCount) * Double(progress.contextSum)
}

/// The sgemm rate over a layer's own shapes at M = 1,024, each weighed by its FLOPs.
private struct GEMMRate {
  let packed: Double
  let openBLAS: Double?

  var best: Double { max(packed, openBLAS ?? 0) }

  init(_ spec: DecoderSpec, threads: Int) throws {
    let shapes = [
      (spec.queryWidth, spec.hiddenSize, 1), (spec.keyValueWidth, spec.hiddenSize, 2),
      (spec.hiddenSize, spec.queryWidth, 1), (spec.intermediateSize, spec.hiddenSize, 2),
      (spec.hiddenSize, spec.intermediateSize, 1),
    ]
    var flops = 0.0
    var packedSeconds = 0.0
    var openBLASSeconds: Double? = 0
    for (outputs, inputs, times) in shapes {
      let work = 2.0 * 1024 * Double(outputs * inputs * times)
      let speed = GEMMSpeed.measure(
        .init(rows: 1024, outputs: outputs, inputs: inputs), threads: threads, repetitions: 9)
      flops += work
      packedSeconds += work / speed.packed
      openBLASSeconds = openBLASSeconds.flatMap { sum in speed.openBLAS.map { sum + work / $0 } }
    }
    packed = flops / packedSeconds
    openBLAS = openBLASSeconds.map { flops / $0 }
  }
}

private func seconds(since start: ContinuousClock.Instant) -> Double {
  let taken = start.duration(to: .now).components
  return Double(taken.seconds) + Double(taken.attoseconds) * 1e-18
}

private var peakResidentBytes: Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

private func gigaflops(_ rate: Double) -> String { "\(decimals(rate / 1e9, 0)) GFLOP/s" }

private func decimals(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

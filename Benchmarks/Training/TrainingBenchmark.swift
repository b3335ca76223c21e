import ArgumentParser
import Checkpoints
import Foundation
import Transformer

/// Measures training steps, without data or recipes around them: run by `make bench`.
@main
struct TrainingBenchmark: ParsableCommand {
  @Option(help: "A .gguf file or a Hugging Face folder.")
  var model: String = "models/smollm2-135m-instruct.gguf"

  @Option(help: "Samples a step.")
  var samples: Int = 8

  @Option(help: "Tokens a sample.")
  var tokens: Int = 64

  @Option(help: "Tokens of each sample that the loss is taken over, at its end.")
  var scored: Int = 8

  @Option(help: "Counted steps, after one that is not.")
  var steps: Int = 4

  @Option(help: "Threads.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "full or lora: one a process, so that the peak memory is its own.")
  var method: String = "lora"

  func run() throws {
    let checkpoint = try Checkpoint.open(model)
    let isFull = method == "full"
    let decoder = try TrainableDecoder(
      checkpoint, isTrained: { _ in isFull }, lowRank: isFull ? nil : LowRankSettings(), threads: threads)
    let optimiser = AdamW(decoder.parameters, settings: AdamW.Settings(), threads: threads)
    var batch = TrainingBatch()
    for sample in 0..<samples {
      let ids = (0...tokens).map { Int32((sample * 7919 + $0 * 104_729) % decoder.spec.vocabularySize) }
      batch.add(ids, scored: tokens + 1 - scored...tokens)
    }
    var times: [(loss: Double, update: Double)] = []
    for step in 0...steps {
      let start = ContinuousClock.now
      let loss = decoder.loss(batch, dropoutSeed: isFull ? nil : UInt64(step))
      let middle = ContinuousClock.now
      optimiser.update(learningRate: 1e-5)
      times.append((seconds(middle - start), seconds(.now - middle)))
      guard loss.isFinite else { throw ValidationError("the loss is not finite") }
    }
    let counted = times.dropFirst()
    let step = counted.map { $0.loss + $0.update }.sorted()[counted.count / 2]
    let update = counted.map(\.update).sorted()[counted.count / 2]
    let count = decoder.parameters.slots.reduce(0) { $0 + $1.count }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print(
      "\(method): \(samples) x \(tokens) tokens, \(threads) threads, OpenBLAS \(openBLASCore ?? "-"): "
        + String(
          format: "%.2f s a step (optimiser %.2f s), peak %.0f MB, ", step, update, Double(usage.ru_maxrss) / 1024)
        + "\(count / 1_000_000) M parameters")
  }

  private func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}

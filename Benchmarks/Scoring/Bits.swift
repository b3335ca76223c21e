import ArgumentParser
import Foundation
import Scoring
import Suites
import Transformer

/// Whether a score is the same bits on every instruction set, with any number of threads, alone, batched and shared.
struct Bits: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Scores random requests of a suite in many ways and counts the bits that differ.")

  @OptionGroup var workload: Workload

  @Option(help: "How many requests.")
  var requests: Int = 1000

  @Option(help: "How many of them are also scored alone, each in a wave of its own.")
  var alone: Int = 1000

  @Option(help: "The seed that chooses them.")
  var seed: UInt64 = 1

  @Flag(help: "Include the portable kernel: fit for tiny models only, as fused multiply-adds are library calls there.")
  var portable = false

  func run() throws {
    let all = try Suite.load(workload.suite).requestBlocks().flatMap(\.observations).map(\.request)
    var random = SplitMix64(seed: seed)
    var chosen: [Request] = []
    var seen: Set<String> = []
    while chosen.count < min(requests, Set(all.map(\.id)).count) {
      let request = all[random.below(all.count)]
      if seen.insert(request.id).inserted { chosen.append(request) }
    }
    let reference = try EngineScorer(try workload.loaded()).score(chosen)
    print("\(chosen.count) random requests; reference: \(Kernel.current.name), \(workload.threads) threads")
    var wrong = 0
    func compare(_ what: String, _ scores: [Score], with expected: [Score]) {
      let different = zip(scores, expected).count { first, second in
        first.logprob?.bitPattern != second.logprob?.bitPattern
          || first.terminatorLogprob?.bitPattern != second.terminatorLogprob?.bitPattern || first != second
      }
      wrong += different + abs(scores.count - expected.count)
      print("  \(what): \(different) of \(scores.count) differ")
    }
    for threads in [1, 2, 3, 8] {
      compare(
        "\(threads) threads", try EngineScorer(try workload.loaded(threads: threads)).score(chosen), with: reference)
    }
    let model = try workload.loaded()
    for rows in [64, 500] {
      compare("waves of \(rows) rows", try EngineScorer(model, waveRows: rows).score(chosen), with: reference)
    }
    let order = chosen.indices.sorted { chosen[$0].id < chosen[$1].id }
    compare(
      "in another order", try EngineScorer(model).score(order.map { chosen[$0] }), with: order.map { reference[$0] })
    compare(
      "each alone", try chosen.prefix(alone).flatMap { try EngineScorer(model).score([$0]) },
      with: Array(reference.prefix(alone)))
    let best = Kernel.current
    for kernel in Kernel.allCases where kernel != best && (kernel != .portable || portable) {
      guard kernel.select() else {
        print("  \(kernel.name): this processor has it not")
        continue
      }
      compare(kernel.name, try EngineScorer(model).score(chosen), with: reference)
      _ = best.select()
    }
    guard wrong == 0 else { throw ExitCode(1) }
  }
}

import ArgumentParser
import Foundation
import Ledger
import Overlap
import Scoring
import Suites
import Tokenizers

/// What is around the model: tokenizer, ledger, overlap.
struct Throughput: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Times the tokenizer, the ledger and the check of fine-tuning data.")

  @OptionGroup var workload: Workload

  @Option(help: "Megabytes of fine-tuning data.")
  var megabytes: Int = 64

  func run() throws {
    let suite = try Suite.load(workload.suite)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try tokenizer(suite)
    try ledger(suite, folder)
    try overlap(suite, folder)
  }

  private func tokenizer(_ suite: Suite) throws {
    let tokenizer = try workload.loaded().tokenizer
    let texts = try suite.requestBlocks().flatMap(\.observations).map { $0.request.context }
    let bytes = texts.reduce(0) { $0 + $1.utf8.count }
    let start = ContinuousClock.now
    let tokens = texts.reduce(0) { $0 + tokenizer.encode($1).count }
    let taken = seconds(since: start)
    print("tokenizer, one thread: \(rate(bytes, taken)) (\(texts.count) prompts, \(tokens) tokens)")
  }

  /// The suite's requests with made-up scores, block by block as a run commits them.
  private func ledger(_ suite: Suite, _ folder: URL) throws {
    let ledger = try Ledger(path: folder.appendingPathComponent("ledger.sqlite").path)
    try ledger.register(
      ModelRecord(
        id: "bench", name: "bench", path: "-", weights: "w", tokenizer: "t", configuration: "c", adapter: nil,
        format: "gguf", storage: "f32"))
    let blocks = try suite.requestBlocks()
    let run = try ledger.beginRun(
      RunPlan(
        model: "bench", suite: suite.name, suiteHash: suite.hash, promptHash: "p", numerics: "n", share: "1/1", draws: 1
      ),
      command: "bench", kernel: "-", threads: 1)
    let start = ContinuousClock.now
    var rows = 0
    for block in blocks {
      var scores: [String: Score] = [:]
      for observation in block.observations {
        scores[observation.request.id] = Score(
          logprob: -1, isGreedy: false, terminatorLogprob: nil, tokenCount: 2, contextTokenCount: 50,
          tokenHash: observation.request.id, exactMatch: observation.request.exactMatch.map { _ in false },
          tokens: [1, 2])
      }
      try ledger.commit(block, scores: scores, of: run)
      rows += block.observations.count
    }
    let written = seconds(since: start)
    let again = ContinuousClock.now
    let items = try ledger.itemScores(run).count
    print(
      "ledger: \(Int(Double(rows) / written)) observations/s committed in \(blocks.count) transactions; "
        + "\(items) items read back in \(decimals(seconds(since: again), 2)) s")
  }

  /// Samples of random words with a prompt and an answer each, so that nothing of the suite is in them.
  private func overlap(_ suite: Suite, _ folder: URL) throws {
    let file = folder.appendingPathComponent("train.jsonl")
    var random = SplitMix64(seed: 1)
    let words = (0..<5000).map { _ in String(random.next(), radix: 36).prefix(7) }
    var data = Data()
    while data.count < megabytes << 20 {
      let prompt = (0..<40).map { _ in words[random.below(words.count)] }.joined(separator: " ")
      data.append(Data("{\"prompt\":\"\(prompt)\",\"completion\":\"\(words[random.below(words.count)])\"}\n".utf8))
    }
    try data.write(to: file)
    let start = ContinuousClock.now
    let report = try OverlapScan(suite: suite, files: [file.path], threads: workload.threads).run()
    print(
      "overlap, \(workload.threads) threads: \(rate(data.count, seconds(since: start))), five checks of "
        + "\(report.files.reduce(0) { $0 + $1.records }) records")
  }

  private func rate(_ bytes: Int, _ seconds: Double) -> String {
    "\(decimals(Double(bytes) / 1e6 / seconds, 1)) MB/s"
  }
}

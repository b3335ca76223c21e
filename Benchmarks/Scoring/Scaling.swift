import ArgumentParser
import Foundation
import Scoring
import Suites

/// How the time of scoring grows with the suite, the shots, the threads and the adapters.
struct Scaling: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Times shares of a suite, single k, numbers of threads and adapters.")

  @OptionGroup var workload: Workload

  @Option(help: "An adapter on the model; repeatable.")
  var adapter: [String] = []

  @Option(help: "Rounds over the shares, in turn.")
  var rounds: Int = 2

  func run() throws {
    let suite = try Suite.load(workload.suite)
    let model = try workload.loaded()
    try bySize(suite, model)
    try byShots(suite, model)
    try byThreads(suite)
    try byAdapter(suite)
  }

  private func requests(_ suite: Suite, share: String, k: Int? = nil) throws -> [[Request]] {
    try suite.requestBlocks(share: Share(parsing: share)).map { block in
      block.observations.filter { k == nil || $0.k == k }.map(\.request)
    }
  }

  private func score(_ requests: [[Request]], _ scorer: EngineScorer) throws -> ScoringProgress {
    try scorer.score(requests, progress: { _ in }, deliver: { _, _ in })
  }

  private func bySize(_ suite: Suite, _ model: LoadedModel) throws {
    var points: [(rows: Double, seconds: Double)] = []
    print("suite size, \(workload.threads) threads")
    for _ in 0..<rounds {
      for share in ["1/16", "1/8", "3/16", "1/4", "3/8"] {
        let progress = try score(try requests(suite, share: share), EngineScorer(model))
        points.append((Double(progress.rows), progress.seconds))
        print(
          "  share \(share): \(progress.rows) rows (\(progress.plainRows) plain) in \(decimals(progress.seconds, 2)) s")
      }
    }
    let fit = Line(points)
    print(
      "  \(decimals(fit.slope * 1e6, 0)) µs a row + \(decimals(fit.start, 2)) s; residual "
        + "\(decimals(100 * fit.relativeResidual, 1)) % of the mean time, R² \(decimals(fit.determination, 5))")
  }

  private func byShots(_ suite: Suite, _ model: LoadedModel) throws {
    print("one k alone, share 1/8")
    for k in Set(suite.tasks.flatMap(\.shots)).sorted() {
      let progress = try score(try requests(suite, share: "1/8", k: k), EngineScorer(model))
      print(
        "  k = \(k): \(progress.rows) rows (\(progress.plainRows) plain) in \(decimals(progress.seconds, 2)) s, "
          + "\(Int(Double(progress.rows) / progress.seconds)) rows/s")
    }
  }

  private func byThreads(_ suite: Suite) throws {
    print("threads, share 1/8")
    let requests = try requests(suite, share: "1/8")
    var first: Double?
    for threads in 1...max(1, workload.threads) {
      let progress = try score(requests, EngineScorer(try workload.loaded(threads: threads)))
      first = first ?? progress.seconds
      print(
        "  \(threads): \(decimals(progress.seconds, 2)) s, "
          + "\(decimals((first ?? 0) / progress.seconds, 2)) times as fast as one")
    }
  }

  private func byAdapter(_ suite: Suite) throws {
    guard !adapter.isEmpty else { return }
    print("the base, then every adapter on it, one copy of the weights, share 1/8")
    let model = try workload.loaded(adapters: adapter)
    let requests = try requests(suite, share: "1/8")
    for index in [nil] + adapter.indices.map({ $0 }) as [Int?] {
      let progress = try score(requests, EngineScorer(model, adapter: index))
      let name = index.map { URL(fileURLWithPath: adapter[$0]).lastPathComponent } ?? "base"
      print("  \(name): \(progress.rows) rows in \(decimals(progress.seconds, 2)) s")
    }
    print("  peak memory \(peakResidentBytes / 1_000_000) MB")
  }
}

/// A straight line by least squares.
struct Line {
  let start: Double
  let slope: Double
  /// The root of the mean squared residual, as a share of the mean.
  let relativeResidual: Double
  /// R²: the share of the variance that the line explains.
  let determination: Double

  init(_ points: [(rows: Double, seconds: Double)]) {
    let count = Double(points.count)
    let meanX = points.reduce(0) { $0 + $1.rows } / count
    let meanY = points.reduce(0) { $0 + $1.seconds } / count
    let variance = points.reduce(0) { $0 + ($1.rows - meanX) * ($1.rows - meanX) }
    let covariance = points.reduce(0) { $0 + ($1.rows - meanX) * ($1.seconds - meanY) }
    let total = points.reduce(0) { $0 + ($1.seconds - meanY) * ($1.seconds - meanY) }
    let gradient = covariance / variance
    let origin = meanY - gradient * meanX
    let squares = points.reduce(0.0) { sum, point in
      let residual = point.seconds - origin - gradient * point.rows
      return sum + residual * residual
    }
    slope = gradient
    start = origin
    relativeResidual = (squares / count).squareRoot() / meanY
    determination = 1 - squares / total
  }
}

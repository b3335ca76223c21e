import Diagnostics
import Suites

/// What is known of every batch while forests run.
struct ScoringState {
  var progress = ScoringProgress()
  private(set) var pace: WavePace
  private var scores: BatchScores
  private let report: (ScoringProgress) -> Void
  private let deliver: (Int, [Score]) throws -> Void
  private let start = ContinuousClock.now

  /// - Parameter most: the most rows of a wave.
  init(
    _ batches: [[Request]], most: Int, progress report: @escaping (ScoringProgress) -> Void,
    deliver: @escaping (Int, [Score]) throws -> Void
  ) {
    scores = BatchScores(batches)
    pace = WavePace(most: most)
    self.report = report
    self.deliver = deliver
    progress.totalBatches = batches.count
  }

  /// Runs a wave, and learns from it how fast the machine is.
  mutating func timing<Value>(_ planned: WavePlan.PlannedWave, _ body: () throws -> Value) throws -> Value {
    try Interruption.check()
    let before = elapsed
    let value = try body()
    progress.rows += planned.wave.rowCount
    progress.scoredRows += planned.wave.scored.count
    progress.contextSum += planned.contextSum
    progress.seconds = elapsed
    pace.didRun(rows: planned.wave.rowCount, seconds: progress.seconds - before)
    report(progress)
    return value
  }

  mutating func settle(_ entry: ForestJob.Entry, _ score: Score) throws {
    guard let whole = scores.settle(batch: entry.batch, index: entry.index, score) else { return }
    try deliver(entry.batch, whole)
    scores.wasDelivered(entry.batch)
    progress.batches += 1
  }

  mutating func deliverEmpty(_ batch: Int) throws {
    try deliver(batch, [])
    progress.batches += 1
  }

  /// Gives away what is known of batches that were not delivered.
  func handOver(_ keep: (Int, [Int: Score]) throws -> Void) throws {
    try scores.handOver(keep)
  }

  func finish() -> ScoringProgress {
    var progress = progress
    progress.seconds = elapsed
    return progress
  }

  private var elapsed: Double {
    let duration = start.duration(to: .now)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}

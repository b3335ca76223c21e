import Diagnostics

/// How many rows are begun at a time, so that a deadline finds next to nothing unfinished.
///
/// A wave's rows are lost where it is broken off. Without a deadline waves are as tall as they may be; with one, the first is a small one that
/// tells how fast this machine is, and each later one ends before the time does.
struct WavePace {
  /// The most rows of a wave.
  let most: Int
  /// Rows a second, of the last waves.
  private var rate: Double?

  /// The fewest rows that are worth decoding every layer's weights for; the first wave has as many, as they take two seconds of a model of 3
  /// billion parameters on two cores.
  private static let fewest = 64
  /// Of the time that is left, the part that a wave may take by what the ones before it took.
  private static let part = 0.7

  init(most: Int) { self.most = most }

  mutating func didRun(rows: Int, seconds: Double) {
    guard rows > 0, seconds > 0 else { return }
    let latest = Double(rows) / seconds
    rate = rate.map { ($0 + latest) / 2 } ?? latest
  }

  /// Rows that may be begun now.
  ///
  /// - Throws: `Interrupted.deadline` where no wave ends before the time does.
  func rows() throws -> Int {
    guard let remaining = Interruption.remaining else { return most }
    guard let rate else { return min(most, Self.fewest) }
    let fitting = rate * (remaining / .seconds(1)) * Self.part
    guard fitting >= Double(Self.fewest) else { throw Interrupted.deadline }
    return fitting < Double(most) ? Int(fitting) : most
  }
}

import Diagnostics
import Foundation
import Scoring

/// Progress of scoring on standard error: one line redrawn where that is a terminal, a plain line now and then where it is not.
final class ProgressLine {
  var label: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastPlain = 0.0
  private var drawn = false

  init(_ label: String) { self.label = label }

  func show(_ progress: ScoringProgress) {
    guard progress.totalBatches > 0 else { return }
    // Each model's scoring has a clock of its own.
    if progress.seconds < lastPlain { lastPlain = 0 }
    if isTerminal {
      emitError("\r\u{1B}[2K\(line(progress))")
      drawn = true
    } else if progress.seconds - lastPlain >= 15 {
      lastPlain = progress.seconds
      note(line(progress))
    }
  }

  /// Parts of something that has no rows; shown at a terminal only.
  func show(part: Int, of total: Int) {
    guard isTerminal else { return }
    emitError("\r\u{1B}[2K\(label): \(part)/\(total)")
    drawn = true
  }

  /// Leaves the terminal's line free for what comes next.
  func end() {
    if drawn { emitError("\r\u{1B}[2K") }
    drawn = false
  }

  private func line(_ progress: ScoringProgress) -> ShownText {
    let share = Double(progress.batches) / Double(progress.totalBatches)
    let rate = progress.seconds > 0 ? Double(progress.rows) / progress.seconds : 0
    let left = share > 0 ? "\(Int(progress.seconds / share * (1 - share)))s left" : "…"
    // A server is sent requests, each with all its tokens.
    let speed: ShownText =
      progress.requests > 0 && progress.seconds > 0
      ? "\(progress.requests) questions, \(Int(Double(progress.requests) / progress.seconds))/s\(words: rate > 0 ? ", \(Int(rate)) tokens/s" : "")"
      : "\(Int(rate)) rows/s"
    return "\(label): \(progress.batches)/\(progress.totalBatches) blocks (\(Int(share * 100)) %), \(speed), \(left)"
  }
}

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
    let share = progress.share
    let rate = progress.seconds > 0 ? Double(progress.rows) / progress.seconds : 0
    // Before a hundredth is done the first waves' own time is most of it.
    let left: ShownText =
      switch share {
      case ..<0.01: ""
      case ..<0.99: ", \(clock(progress.seconds / share * (1 - share))) left"
      default: progress.batches < progress.totalBatches ? ", answers that are still open left" : ""
      }
    // A server is sent requests, each with all its tokens.
    let speed: ShownText =
      progress.requests > 0 && progress.seconds > 0
      ? "\(progress.requests) questions, \(Int(Double(progress.requests) / progress.seconds))/s\(words: rate > 0 ? ", \(Int(rate)) tokens/s" : "")"
      : "\(Int(rate)) rows/s"
    return
      "\(label): \(Int(share * 100)) % (\(progress.batches)/\(progress.totalBatches) blocks), \(speed), \(clock(progress.seconds)) passed\(left)"
  }
}

/// Minutes and seconds, and hours where there are any: 4:05, 1:04:05.
func clock(_ seconds: Double) -> String {
  let whole = Int(max(0, min(seconds.isFinite ? seconds : 0, 1e9)).rounded())
  let (hours, minutes) = (whole / 3600, whole / 60 % 60)
  let ending = String(format: "%02d", whole % 60)
  return hours > 0 ? "\(hours):\(String(format: "%02d", minutes)):\(ending)" : "\(minutes):\(ending)"
}

extension ScoringProgress {
  /// How much is done: of the rows, where they were counted. Answers that have to be decoded are rows too, which nobody counted before.
  fileprivate var share: Double {
    let done = rows > 0 ? rows : requests
    return totalRows > 0
      ? min(batches < totalBatches ? 0.99 : 1, Double(done) / Double(totalRows))
      : Double(batches) / Double(max(1, totalBatches))
  }
}

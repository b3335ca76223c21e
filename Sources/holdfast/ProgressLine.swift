import Diagnostics
import Foundation
import Scoring

/// Progress of scoring on standard error: one line redrawn where that is a terminal, a plain line now and then where it is not.
final class ProgressLine {
  var label: String
  private var lastPlain = 0.0

  init(_ label: String) { self.label = label }

  func show(_ progress: ScoringProgress) {
    guard progress.totalBatches > 0 else { return }
    // Each model's scoring has a clock of its own.
    if progress.seconds < lastPlain { lastPlain = 0 }
    if TerminalLine.isTerminal {
      TerminalLine.draw(line(progress, columns: (windowColumns(STDERR_FILENO) ?? 80) - 1))
    } else if progress.seconds - lastPlain >= 15 {
      lastPlain = progress.seconds
      note(line(progress, columns: nil))
    }
  }

  /// Parts of something that has no rows; shown at a terminal only.
  func show(part: Int, of total: Int) { TerminalLine.draw("\(label): \(part)/\(total)") }

  /// What goes on and has no parts; shown at a terminal only.
  func show(stage: ShownText) { TerminalLine.draw("\(stage) …") }

  /// Leaves the terminal's line free for what comes next.
  func end() { TerminalLine.clear() }

  /// - Parameter columns: of the window: where they are few, what matters least is left out. Nil for as many as it takes.
  private func line(_ progress: ScoringProgress, columns: Int?) -> ShownText {
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
      ? ", \(progress.requests) questions, \(Int(Double(progress.requests) / progress.seconds))/s\(words: rate > 0 ? ", \(Int(rate)) tokens/s" : "")"
      : ", \(Int(rate)) rows/s"
    let known: ShownText = progress.knownBatches > 0 ? ", \(progress.knownBatches) more known" : ""
    let blocks: ShownText = " (\(progress.batches)/\(progress.totalBatches) blocks\(known))"
    let passed: ShownText = ", \(clock(progress.seconds)) passed"
    let percent: ShownText = "\(label): \(Int(share * 100)) %"
    let forms: [ShownText] = [
      "\(percent)\(blocks)\(speed)\(passed)\(left)", "\(percent)\(blocks)\(passed)\(left)",
      "\(percent)\(passed)\(left)",
      "\(percent)\(left)",
    ]
    return forms.first { form in columns.map { form.description.count <= $0 } ?? true } ?? forms[forms.count - 1]
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

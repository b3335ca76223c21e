import Foundation
import Training

/// Progress of training on standard error: redrawn on a terminal, a plain line now and then elsewhere.
final class TrainingProgress {
  private let total: Int
  private let label: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = Date()
  private var firstStep: Int?
  private var lastPlain = -Double.infinity
  private var drawn = false

  init(total: Int, label: String) {
    self.total = total
    self.label = label
  }

  func show(_ report: Trainer.StepReport) {
    let first = firstStep ?? report.step - 1
    firstStep = first
    let elapsed = Date().timeIntervalSince(start)
    let left = elapsed / Double(report.step - first) * Double(total - report.step)
    var text = "\(label): step \(report.step)/\(total), loss \(String(format: "%.3f", report.loss))"
    if let preservation = report.preservation { text += String(format: ", preservation %.4f", preservation) }
    if let accuracy = report.targetAccuracy { text += String(format: ", target accuracy %.1f %%", accuracy * 100) }
    text += String(format: ", %.0f tokens/s, %.0fs left", report.tokensPerSecond, left)
    if isTerminal {
      emitError("\r\u{1B}[2K\(text)")
      drawn = true
    } else if elapsed - lastPlain >= 15 || report.targetAccuracy != nil {
      lastPlain = elapsed
      emitError(text + "\n")
    }
  }

  func end() {
    if drawn { emitError("\r\u{1B}[2K") }
    drawn = false
  }
}

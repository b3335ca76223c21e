import Foundation
import Training

/// Progress of training on standard error: redrawn on a terminal, a plain line now and then elsewhere.
final class TrainingProgress {
  private let total: Int
  private let label: String
  /// Whether the run may end before all steps: then the time left is the most that it can be.
  private let endsEarly: Bool
  /// The first step that was shown, and when: the rate is that of the steps since.
  private var first: (step: Int, at: Date)?
  private var lastPlain = -Double.infinity

  init(total: Int, label: String, endsEarly: Bool = false) {
    self.total = total
    self.endsEarly = endsEarly
    self.label = label
  }

  func show(_ report: Trainer.StepReport) {
    let first = first ?? (report.step, Date())
    self.first = first
    let elapsed = Date().timeIntervalSince(first.at)
    var text = "\(label): step \(report.step)/\(total), loss \(String(format: "%.3f", report.loss))"
    // Rounding leaves a divergence of 0 a little to either side.
    if let preservation = report.preservation { text += String(format: ", preservation %.4f", max(0, preservation)) }
    if let accuracy = report.targetAccuracy { text += String(format: ", target accuracy %.1f %%", accuracy * 100) }
    text += String(format: ", %.0f tokens/s", report.tokensPerSecond)
    if report.step > first.step {
      text +=
        ", \(endsEarly ? "at most " : "")\(clock(elapsed / Double(report.step - first.step) * Double(total - report.step))) left"
    }
    if TerminalLine.isTerminal {
      TerminalLine.draw("\(text)")
    } else if elapsed - lastPlain >= 15 || report.targetAccuracy != nil {
      lastPlain = elapsed
      note("\(text)")
    }
  }

  func end() { TerminalLine.clear() }
}

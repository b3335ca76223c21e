import Diagnostics
import Evaluation
import Foundation

/// Progress of an experiment on standard error: which run it is at, that run's training and scoring, and the time left over
/// all.
final class ExperimentProgress {
  private var label = "base"
  private var training: TrainingProgress?
  private var scoring: ProgressLine?
  private var seconds = 0.0

  func show(_ event: ExperimentSession.Event) {
    switch event {
    case .warning(let text):
      say("warning: \(text)")
    case .began(let arm, let seed, let index, let count):
      label = "\(arm) seed \(seed) (\(index + 1) of \(count))"
    case .preparing(let text):
      say("\(label): \(text)")
    case .training(let report, let total, let endsEarly):
      scoring?.end()
      let line = training ?? TrainingProgress(total: total, label: label, endsEarly: endsEarly)
      training = line
      line.show(report)
    case .scoring(let step, let progress):
      training?.end()
      let line = scoring ?? ProgressLine("")
      scoring = line
      line.label = step == 0 ? "\(label): scoring" : "\(label): scoring step \(step)"
      line.show(progress)
    case .scored(let step):
      say("\(label): step \(step) scored")
    case .diverged(let step):
      say("\(label): training diverged in step \(step); the experiment goes on")
    case .ended(let index, let count, let seconds):
      self.seconds += seconds
      let left = self.seconds / Double(index + 1) * Double(count - index - 1)
      say("\(label): done in \(Self.duration(seconds))" + (left > 0 ? ", about \(Self.duration(left)) left" : ""))
      training = nil
    }
  }

  /// Leaves the terminal's line free for what comes next.
  func end() {
    training?.end()
    scoring?.end()
  }

  private func say(_ text: ShownText) {
    end()
    note(text)
  }

  private static func duration(_ seconds: Double) -> String {
    let minutes = Int((seconds / 60).rounded())
    if minutes < 2 { return "\(Int(seconds.rounded())) s" }
    return minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}

import Foundation

/// The learning rate over the steps, as a share of the highest.
package struct LearningRateSchedule: Sendable, Equatable {
  package enum Shape: String, Sendable, CaseIterable { case constant, linear, cosine }

  package var shape: Shape
  package var warmupSteps: Int

  package init(shape: Shape = .constant, warmupSteps: Int = 0) {
    self.shape = shape
    self.warmupSteps = warmupSteps
  }

  /// The factor of a step, from 0, of `stepCount`.
  ///
  /// Warm-up is (step + 1) / (warm-up + 1), so that no step is taken at rate 0. Then, with p the share of the
  /// remaining steps that is done: 1, 1 - p, or (1 + cos πp) / 2, as in `transformers`' schedulers.
  package func factor(step: Int, of stepCount: Int) -> Double {
    if step < warmupSteps { return Double(step + 1) / Double(warmupSteps + 1) }
    let done = Double(step - warmupSteps) / Double(max(1, stepCount - warmupSteps))
    return switch shape {
    case .constant: 1
    case .linear: max(0, 1 - done)
    case .cosine: (1 + cos(.pi * min(1, done))) / 2
    }
  }
}

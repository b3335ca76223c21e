import Diagnostics
import Reading
import Training

/// Trains an arm until it holds its task, so that arms are compared at one target accuracy by design: whatever one gives up is not
/// what it has not learnt yet.
package struct HeldTarget: Sendable, Equatable {
  /// The share of test samples that a look has to find answered.
  package let targetAccuracy: Double
  /// Looks one after another that have to.
  package let window: Int
  /// Steps between looks.
  package let every: Int
  /// The steps after which an arm is given up: a multiple of `every`.
  package let atMost: Int

  package init(targetAccuracy: Double, window: Int, every: Int, atMost: Int) {
    self.targetAccuracy = targetAccuracy
    self.window = window
    self.every = every
    self.atMost = atMost
  }

  /// The first step whose look and the ones just before it, `window` in all, found the target; nil where there is none.
  ///
  /// - Parameter looks: target accuracies by step.
  package func reached(_ looks: [Int: Double]) -> Int? {
    stride(from: window * every, through: min(atMost, looks.keys.max() ?? 0), by: every).first { last in
      (0..<window).allSatisfy { looks[last - $0 * every].map { $0 >= targetAccuracy } ?? false }
    }
  }

  /// Steps between checkpoints to go on from: they cost more than a few looks' steps on a machine that is slow to write.
  var checkpointEvery: Int { every * max(1, 100 / every) }
}

extension HeldTarget {
  private static let keys = ["target_accuracy", "window", "every", "at_most"]
  private static let mostSteps = 1_000_000

  /// - Returns: nil where `until` is absent.
  static func read(_ fields: YAMLMapping) throws -> HeldTarget? {
    guard let until = try fields.section("until", known: keys) else { return nil }
    let accuracy = try until.number("target_accuracy", "above 0, at most 1") { $0 > 0 && $0 <= 1 }
    let atMost = try until.required("at_most", try until.integer("at_most", in: 1...mostSteps))
    let every = try until.integer("every", in: 1...mostSteps) ?? 25
    let window = try until.integer("window", in: 1...1000) ?? 2
    guard atMost.isMultiple(of: every) else {
      throw until.error(
        "at_most", "is \(atMost), no multiple of the \(every) steps between looks",
        remedy: "write a multiple, or another 'every'")
    }
    guard atMost / every >= window else {
      throw until.error(
        "at_most", "leaves \(atMost / every) looks, fewer than the \(window) that the window takes",
        remedy: "write more steps, or a smaller window")
    }
    return HeldTarget(
      targetAccuracy: try until.required("target_accuracy", accuracy), window: window, every: every, atMost: atMost)
  }

  /// - Throws: `InputError` for a recipe that cannot be stopped where its task is held.
  func check(_ recipe: Recipe) throws {
    guard recipe.testData != nil else {
      throw InputError(
        recipe.file, field: "data.test", "is missing, and 'until' looks at it", remedy: "name the task's test file")
    }
    guard recipe.schedule.shape == .constant else {
      throw InputError(
        recipe.file, field: "schedule", "is \(recipe.schedule.shape.rawValue), which needs to know its last step",
        remedy: "write 'schedule: constant' for a run that ends where its task is held")
    }
  }
}

import Diagnostics

/// The loss or a gradient is not a finite number any more. No weight was touched with it; checkpoints stay as they are.
package struct TrainingDiverged: Error {
  /// The step of the run, from 1; 1 in a stage before the first step too.
  package let step: Int
  /// For the user: recipe, step and remedy.
  package let fault: InputError

  /// - Parameter stage: what the step is one of, such as "step" or "promot step".
  init(_ recipe: Recipe, step: Int, stage: String, number: Int, remedy: ShownText) {
    self.step = step
    fault = InputError(
      recipe.file, field: "\(stage) \(number)",
      "training diverged: the loss or a gradient is not a finite number", remedy: remedy)
  }
}

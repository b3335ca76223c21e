/// One task's paired values, an item each, with the block that each item belongs to.
package struct TaskValues: Sendable, Hashable {
  /// One value an item, already averaged over shots and draws.
  package let values: [Double]
  /// The block of each item; as many as there are values.
  package let blocks: [Int]

  /// Where the two lengths differ, the longer one is cut: a value without a block has no cluster.
  package init(values: [Double], blocks: [Int]) {
    let count = min(values.count, blocks.count)
    self.values = Array(values.prefix(count))
    self.blocks = Array(blocks.prefix(count))
  }
}

/// The mean over one task's items, and its error clustered by block about the task's own mean.
package struct TaskEstimate: Sendable, Hashable {
  /// The mean over items.
  package let mean: Double
  /// SE² = n⁻² Σ_g (Σ_{i in g} (u_i - ū))² · G/(G-1), which is `statsmodels` OLS(u, 1) with cov_type='cluster';
  /// nil where there is one block only, which cannot say how blocks differ.
  package let squaredError: Double?
  /// The third moment of the mean, n⁻³ Σ_g (Σ_{i in g} (u_i - ū))³ · G²/((G-1)(G-2)); 0 where there are fewer than three blocks.
  package let thirdMoment: Double
  package let items: Int
  package let blocks: Int

  /// - Returns: nil where there are no values.
  package init?(_ task: TaskValues) {
    guard !task.values.isEmpty else { return nil }
    let count = Double(task.values.count)
    let mean = task.values.reduce(0, +) / count
    var residuals: [Int: Double] = [:]
    for (value, block) in zip(task.values, task.blocks) { residuals[block, default: 0] += value - mean }
    let clusters = Double(residuals.count)
    // In a fixed order: the sum must not depend on how a dictionary happens to be laid out.
    let ordered = residuals.sorted { $0.key < $1.key }.map(\.value)
    let total = ordered.reduce(0) { $0 + $1 * $1 }
    let cubes = ordered.reduce(0) { $0 + $1 * $1 * $1 }
    self.mean = mean
    self.squaredError = residuals.count < 2 ? nil : total / (count * count) * clusters / (clusters - 1)
    self.thirdMoment =
      residuals.count < 3
      ? 0 : cubes / (count * count * count) * clusters * clusters / ((clusters - 1) * (clusters - 2))
    self.items = task.values.count
    self.blocks = residuals.count
  }
}

/// The mean of a unit (one task, one family, or all): families equally weighted, tasks equally within a family.
package struct UnitEstimate: Sendable, Hashable {
  package let mean: Double
  /// √(Σ_t w_t² SE_t²), of answers never below √3 / n: where no difference was seen in n items its 95 % upper limit is 3/n.
  package let standardError: Double
  /// Satterthwaite's (Σ v_t)² / Σ v_t²/(G_t - 1) with v_t = w_t² SE_t²; Σ (G_t - 1) where nothing varies.
  package let degreesOfFreedom: Double
  /// Of the mean: Σ w_t³ times its tasks' third moments, over SE³.
  package let skewness: Double
  /// n, over all tasks of the unit.
  package let items: Int
  /// Blocks over all tasks of the unit.
  package let blocks: Int
  /// Whether the standard error is the floor rather than what was seen.
  package let isFloored: Bool

  /// - Parameters:
  ///   - families: the tasks of each family.
  ///   - areAnswers: whether values are right or wrong, or differences of such; of probabilities that hardly move, an error below the
  ///     floor is what was seen.
  /// - Returns: nil where there is no item, or where a task has fewer than two blocks: its error cannot be estimated.
  package init?(families: [[TaskValues]], areAnswers: Bool = true) {
    let estimates = families.map { $0.compactMap(TaskEstimate.init) }.filter { !$0.isEmpty }
    guard !estimates.isEmpty else { return nil }
    var mean = 0.0
    var variance = 0.0
    var squares = 0.0
    var thirdMoment = 0.0
    var residualDegrees = 0
    for family in estimates {
      let weight = 1 / Double(estimates.count * family.count)
      for task in family {
        guard let squaredError = task.squaredError else { return nil }
        let share = weight * weight * squaredError
        mean += weight * task.mean
        variance += share
        squares += share * share / Double(task.blocks - 1)
        thirdMoment += weight * weight * weight * task.thirdMoment
        residualDegrees += task.blocks - 1
      }
    }
    let items = estimates.joined().reduce(0) { $0 + $1.items }
    let floor = areAnswers ? 3.0.squareRoot() / Double(items) : 0
    let error = variance.squareRoot()
    self.mean = mean
    self.standardError = max(error, floor)
    self.skewness = standardError > 0 ? thirdMoment / (standardError * standardError * standardError) : 0
    self.degreesOfFreedom = squares > 0 ? variance * variance / squares : Double(residualDegrees)
    self.items = items
    self.blocks = estimates.joined().reduce(0) { $0 + $1.blocks }
    self.isFloored = error < floor
  }

  /// The same for one task alone.
  package init?(task: TaskValues, areAnswers: Bool = true) {
    self.init(families: [[task]], areAnswers: areAnswers)
  }

  /// The same mean with a larger error.
  init(_ estimate: UnitEstimate, standardError: Double, degreesOfFreedom: Double) {
    let ratio = estimate.standardError / standardError
    mean = estimate.mean
    self.standardError = standardError
    self.degreesOfFreedom = degreesOfFreedom
    skewness = estimate.skewness * ratio * ratio * ratio
    items = estimate.items
    blocks = estimate.blocks
    isFloored = false
  }
}

/// The mean alone, by the weights of `UnitEstimate`: families equally, tasks equally within a family.
///
/// - Parameter families: the task means of each family.
/// - Returns: nil where there is no task.
package func unitMean(families: [[Double]]) -> Double? {
  let means = families.filter { !$0.isEmpty }.map { $0.reduce(0, +) / Double($0.count) }
  return means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
}

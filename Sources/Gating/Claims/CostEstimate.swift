import Statistics

/// What a recipe costs over several training seeds, or how much less one costs than another: in parts of the base's few-shot mean.
package struct CostEstimate: Sendable, Hashable, Codable {
  /// The mean over runs; of two recipes, how much more the other one costs.
  package let mean: Double
  /// Its 95 % interval over questions (clustered by block), for these runs.
  package let overItems: Interval
  /// Its 95 % t interval over training seeds, on these questions; nil of one run, or where all agree.
  package let overSeeds: Interval?
  /// Its 95 % interval with both as samples: what decides. Nil of one run: nobody knows how runs differ.
  package let overBoth: Interval?
  /// Of each recipe.
  package let runs: [Int]

  enum CodingKeys: String, CodingKey {
    case mean, runs
    case overItems = "over_items"
    case overSeeds = "over_seeds"
    case overBoth = "over_both"
  }

  /// What a recipe costs.
  ///
  /// - Parameter runs: each run's tasks, the same questions in each.
  /// - Returns: nil where there is no run, a task has fewer than two blocks, runs were not asked the same, or the base has no such ability.
  package init?(_ runs: [[TaskLeft]]) {
    guard let tasks = Self.mean(runs) else { return nil }
    self.init(tasks, runs: [runs])
  }

  /// How much less the second recipe costs than the first: above 0 where it keeps more.
  package init?(_ first: [[TaskLeft]], less second: [[TaskLeft]]) {
    guard let one = Self.mean(first), let other = Self.mean(second), Self.areAlike(one, other) else { return nil }
    let differences = zip(one, other).map { one, other in
      TaskLeft(
        task: one.task, family: one.family, base: one.base, drops: zip(one.drops, other.drops).map { $0 - $1 },
        items: one.items)
    }
    self.init(differences, runs: [first, second])
  }

  private init?(_ tasks: [TaskLeft], runs sides: [[[TaskLeft]]]) {
    let base = Self.unitMean(tasks, \.base)
    guard base > 1e-6, let estimate = UnitEstimate(families: Self.families(tasks).map { $0.map(TaskValues.init) })
    else {
      return nil
    }
    let means = sides.map { runs in
      runs.map { Self.unitMean($0) { $0.drops.reduce(0, +) / Double($0.drops.count) } / base }
    }
    let both = estimate.over(runs: means.map { $0.map { $0 * base } })
    func inParts(_ range: ClosedRange<Double>) -> Interval {
      Interval((range.lowerBound / base)...(range.upperBound / base))
    }
    let hasSeveral = means.allSatisfy { $0.count > 1 }
    mean = estimate.mean / base
    overItems = inParts(estimate.interval())
    overSeeds = (sides.count == 1 ? RunContrast(means[0]) : RunContrast(means[0], minus: means[1]))?.interval
    overBoth = hasSeveral ? inParts(both.interval()) : nil
    self.runs = means.map(\.count)
  }

  private static let mostItems = 1_000_000

  /// Each block's mean over runs.
  private static func mean(_ runs: [[TaskLeft]]) -> [TaskLeft]? {
    guard let first = runs.first, !first.isEmpty, runs.allSatisfy({ areAlike($0, first) }),
      runs.allSatisfy({ $0.allSatisfy(isPlausible) })
    else { return nil }
    return first.indices.map { index in
      TaskLeft(
        task: first[index].task, family: first[index].family, base: first[index].base,
        drops: first[index].drops.indices.map { block in
          runs.reduce(0) { $0 + $1[index].drops[block] } / Double(runs.count)
        }, items: first[index].items)
    }
  }

  /// What a file says is not yet what can be computed with, or held in memory.
  private static func isPlausible(_ task: TaskLeft) -> Bool {
    (0...1).contains(task.base) && task.drops.allSatisfy { (-1...1).contains($0) } && task.drops.count <= task.items
      && task.items <= mostItems
  }

  private static func areAlike(_ one: [TaskLeft], _ other: [TaskLeft]) -> Bool {
    one.count == other.count
      && zip(one, other).allSatisfy {
        $0.task == $1.task && $0.family == $1.family && $0.base == $1.base && !$0.drops.isEmpty
          && $0.drops.count == $1.drops.count && $0.items == $1.items
      }
  }

  private static func families(_ tasks: [TaskLeft]) -> [[TaskLeft]] {
    Dictionary(grouping: tasks, by: \.family).sorted { $0.key < $1.key }.map(\.value)
  }

  private static func unitMean(_ tasks: [TaskLeft], _ figure: (TaskLeft) -> Double) -> Double {
    Statistics.unitMean(families: families(tasks).map { $0.map(figure) }) ?? 0
  }
}

extension TaskValues {
  /// A block's mean for each of its items: the mean and its clustered error are those of the items.
  fileprivate init(_ task: TaskLeft) {
    let each = max(1, task.items / max(1, task.drops.count))
    self.init(
      values: task.drops.flatMap { Array(repeating: $0, count: each) },
      blocks: task.drops.indices.flatMap { Array(repeating: $0, count: each) })
  }
}

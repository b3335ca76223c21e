import Statistics

/// The inverse Simpson index (participation ratio) of amounts: (Σp)²/Σp² over those above 0. n equal ones give n, one alone gives 1, and
/// many that are near 0 count for little.
///
/// - Returns: nil where none is above 0.
package func effectiveNumber(_ amounts: [Double]) -> Double? {
  let positive = amounts.filter { $0 > 0 }
  let squares = positive.reduce(0) { $0 + $1 * $1 }
  let sum = positive.reduce(0, +)
  return squares > 0 ? sum * sum / squares : nil
}

/// "20.1 (15.0 to 24.3)"
package func effectiveText(_ number: Double, _ interval: Interval?) -> String {
  String(format: "%.1f", number)
    + (interval.map { String(format: " (%.1f to %.1f)", $0.lower, $0.upper) } ?? "")
}

/// How far the effective number of some parts would move under other blocks: the jackknife, a block at a time.
package struct EffectiveNumberJackknife: Sendable {
  /// A part's mean gains by task: over all blocks, and without each of them.
  private struct Means {
    var all: [Double] = []
    /// By task, then block ascending; empty where a task has one block, without which there is no task.
    var without: [[Double]] = []
  }

  private let parts: [Means]
  private let groups: [Int]
  /// Blocks of each task.
  private let blocks: [Int]

  /// - Parameters:
  ///   - gains: of each part, a task each: the same tasks, items and blocks in all.
  ///   - groups: the group of each part, such as its layer; a group's gain is the sum of its parts'.
  package init(gains: [[TaskValues]], groups: [Int]) {
    parts = gains.map { tasks in
      var means = Means()
      for task in tasks {
        let places = Set(task.blocks).sorted()
        let sums = places.map { place in
          zip(task.values, task.blocks).filter { $0.1 == place }.reduce(into: (sum: 0.0, count: 0.0)) {
            $0 = ($0.sum + $1.0, $0.count + 1)
          }
        }
        let (sum, count) = sums.reduce((0.0, 0.0)) { ($0.0 + $1.sum, $0.1 + $1.count) }
        means.all.append(count > 0 ? sum / count : 0)
        means.without.append(sums.count < 2 ? [] : sums.map { (sum - $0.sum) / (count - $0.count) })
      }
      return means
    }
    self.groups = groups
    blocks = gains.first?.map { Set($0.blocks).count } ?? []
  }

  /// 95 %: the number ± t·SE over blocks within tasks; where a task has one block, the blocks of all tasks are one sample. Never below 1,
  /// nor above the number of groups.
  ///
  /// SE² = Σ_t (G_t - 1)/G_t Σ_g (θ₍₋g₎ - θ̄_t)².
  ///
  /// - Returns: nil where there is one block, or where without some block no part gains.
  package var interval: Interval? {
    let tasks = blocks.indices
    guard let number = effective({ part in tasks.map { part.all[$0] } }) else { return nil }
    let left = tasks.map { task in
      (0..<blocks[task]).map { block in
        effective { part in
          tasks.compactMap { other in
            guard other == task else { return part.all[other] }
            return part.without[task].isEmpty ? nil : part.without[task][block]
          }
        }
      }
    }
    let strata = blocks.allSatisfy { $0 > 1 } ? left : [left.flatMap(\.self)]
    var (variance, freedom) = (0.0, 0)
    for stratum in strata {
      let numbers = stratum.compactMap(\.self)
      guard numbers.count == stratum.count, numbers.count > 1 else { return nil }
      let (count, centre) = (Double(numbers.count), numbers.reduce(0, +) / Double(numbers.count))
      variance += (count - 1) / count * numbers.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
      freedom += numbers.count - 1
    }
    let reach = StudentT(degreesOfFreedom: Double(freedom)).quantile(0.975) * variance.squareRoot()
    let most = Double(Set(groups).count)
    return Interval(max(1, number - reach)...max(1, min(most, number + reach)))
  }

  /// - Parameter means: of a part, by task.
  private func effective(_ means: (Means) -> [Double]) -> Double? {
    var sums: [Int: Double] = [:]
    for (part, group) in zip(parts, groups) {
      let tasks = means(part)
      guard !tasks.isEmpty else { return nil }
      sums[group, default: 0] += tasks.reduce(0, +) / Double(tasks.count)
    }
    return effectiveNumber(sums.sorted { $0.key < $1.key }.map(\.value))
  }
}

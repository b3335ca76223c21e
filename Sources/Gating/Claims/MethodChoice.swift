/// Arms that differ in their learning rate alone.
package struct RecipeMethod: Sendable, Hashable, Encodable {
  package let name: String
  package let arms: [String]

  package init(name: String, arms: [String]) {
    self.name = name
    self.arms = arms
  }

  /// The same method by other arms.
  package func renaming(_ names: [String: String]) -> RecipeMethod {
    RecipeMethod(name: name, arms: arms.map { names[$0] ?? $0 })
  }

  enum CodingKeys: String, CodingKey {
    case arms
    case name = "method"
  }
}

/// A method at its best rate: on each half of the tasks the rate is reported that costs least on the other half, so that what was best
/// among several is not judged by what it was chosen for.
package struct MethodChoice: Sendable, Hashable, Encodable {
  /// What one of a method's rates cost on both halves.
  package struct Rate: Sendable, Hashable, Encodable {
    package let arm: String
    /// Nil where the arm cannot be chosen: a run of it is missing, or did not hold the target.
    package let costs: [Double]?
  }

  package let method: String
  package let rates: [Rate]
  /// The arm chosen on the first half, and the one on the second; empty where there is none to choose.
  package let arms: [String]
  /// Over both halves, each by the arm that was chosen on the other.
  package let estimate: CostEstimate?
  /// Rates of which runs are still to be done.
  package let open: [String]

  init(_ method: RecipeMethod, _ arms: [String: ClaimArm]) {
    self.method = method.name
    rates = method.arms.map { name in Rate(arm: name, costs: arms[name].flatMap(Self.costs)) }
    open = method.arms.filter { arms[$0]?.isWhole != true }
    let known = rates.compactMap { rate in rate.costs.map { (rate.arm, $0) } }
    let chosen = [0, 1].compactMap { half in known.min { $0.1[half] < $1.1[half] }?.0 }
    self.arms = chosen
    let runs = chosen.compactMap { arms[$0]?.runs }
    guard runs.count == 2, runs[0].count == runs[1].count else {
      estimate = nil
      return
    }
    // Runs of one seed belong together: both arms have all of theirs, in the seeds' order.
    estimate = CostEstimate(
      zip(runs[0], runs[1]).map { first, second in
        zip(first, second).enumerated().map { $0.offset.isMultiple(of: 2) ? $0.element.1 : $0.element.0 }
      })
  }

  /// The arms in words: one, where both halves chose the same.
  package var name: String { arms.first == arms.last ? arms.first ?? "" : arms.joined(separator: " and ") }

  /// An arm that does not come to the task in every run is not comparable with one that does.
  private static func costs(_ arm: ClaimArm) -> [Double]? {
    guard arm.isWhole, arm.apart.isEmpty, arm.diverged == 0 else { return nil }
    let costs = [0, 1].compactMap { half in CostEstimate(arm.runs.map { $0.half(half) })?.mean }
    return costs.count == 2 ? costs : nil
  }
}

extension [TaskLeft] {
  /// Every other task in the order of families and names: the first half has the first task.
  package func half(_ index: Int) -> [TaskLeft] {
    enumerated().filter { $0.offset % 2 == index }.map(\.element)
  }
}

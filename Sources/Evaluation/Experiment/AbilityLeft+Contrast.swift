import Diagnostics
import Gating
import Reporting
import Statistics
import Suites

extension AbilityLeft {
  /// The candidate's ability on the admitted tasks beside the baseline's, with the gate's weights, at whatever share
  /// was asked.
  ///
  /// - Parameter admitted: paired tasks that the baseline admits.
  /// - Throws: `NotGateable` where there is none, or one was not asked with demonstrations.
  init(_ admitted: [PairedTask]) throws {
    let families = Dictionary(grouping: admitted, by: \.admission.family).sorted { $0.key < $1.key }.map(\.value)
    func mean(
      _ side: KeyPath<PairedItem, ItemAbility>, _ metric: Metric = .exactMatch, over shots: (PairedTask) -> [Int]
    ) -> Double? {
      var means: [[Double]] = []
      for family in families {
        let ofTasks = family.compactMap { task -> Double? in
          let values = task.items.compactMap { $0[keyPath: side].mean(metric, over: shots(task)) }
          return values.count == task.items.count ? values.reduce(0, +) / Double(values.count) : nil
        }
        guard ofTasks.count == family.count else { return nil }
        means.append(ofTasks)
      }
      return unitMean(families: means)
    }
    let fewShot: (PairedTask) -> [Int] = { $0.shots.filter { $0 > 0 } }
    guard let base = mean(\.base, over: fewShot), let candidate = mean(\.candidate, over: fewShot) else {
      throw NotGateable(
        "the baseline admits no task with demonstrations; choose a base that can do more, or another suite")
    }
    func dropInterval(_ metric: Metric) -> Interval? {
      UnitEstimate(families: families.map { $0.compactMap { Self.drops(of: $0, metric) } }).map {
        Interval($0.interval())
      }
    }
    let interval = dropInterval(.exactMatch)
    let probabilities = [\PairedItem.base, \.candidate].compactMap { mean($0, .probability, over: fewShot) }
    let shots = Set(admitted.flatMap(\.shots)).sorted().compactMap { k in
      mean(\.candidate, over: { _ in [k] }).map { ShotMean(k: k, exactMatch: $0) }
    }
    self.init(
      shots: shots, fewShot: candidate, kept: base > 0 ? candidate / base : nil,
      keptInterval: base > 0 ? interval.map { Interval((1 - $0.upper / base)...(1 - $0.lower / base)) } : nil,
      drop: base - candidate, dropInterval: interval,
      probability: probabilities.count < 2
        ? nil
        : ProbabilityLeft(
          fewShot: probabilities[1], drop: probabilities[0] - probabilities[1],
          dropInterval: dropInterval(.probability)),
      tasks: admitted.map { TaskLeft($0, shots: fewShot($0)) }.sorted { ($0.family, $0.task) < ($1.family, $1.task) })
  }

  /// b - t of each item, mean over k > 0: the gate's own contrast without a margin.
  private static func drops(of task: PairedTask, _ metric: Metric) -> TaskValues? {
    let contrast = Rule(
      name: "drop", metric: metric, contrast: .absoluteDrop(margin: 0), level: .overall, alphaPass: 0.05,
      alphaFail: 0.01)
    return contrast.values(of: task).map { TaskValues(values: $0.values.map { 0 - $0 }, blocks: $0.blocks) }
  }
}

extension TaskLeft {
  fileprivate init(_ task: PairedTask, shots: [Int]) {
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
    func matches(_ items: [PairedItem], _ side: KeyPath<PairedItem, ItemAbility>) -> Double {
      mean(items.compactMap { $0[keyPath: side].mean(.exactMatch, over: shots) })
    }
    let blocks = Dictionary(grouping: task.items, by: \.base.block).sorted { $0.key < $1.key }.map(\.value)
    self.init(
      task: task.admission.task, family: task.admission.family, base: matches(task.items, \.base),
      drops: blocks.map { matches($0, \.base) - matches($0, \.candidate) },
      items: task.items.count)
  }
}

import Statistics

/// A loss in the ways that people state it. Means weigh families equally, and tasks equally within a family.
package struct Degradation: Sendable, Hashable, Codable {
  /// b: the base's mean over k > 0.
  package let base: Double
  /// t: the candidate's mean over the same.
  package let candidate: Double
  /// b⁰: the base's mean without demonstrations; nil where it was not asked.
  package let baseZeroShot: Double?
  /// c: what guessing scores.
  package let chance: Double

  /// b - t.
  package var drop: Double { base - candidate }
  /// (b - t) / b; nil where the base scores nothing.
  package var relative: Double? { ratio(drop, base) }
  /// (b - t) / (b - c), the headline; nil where the base is not above chance.
  package var chanceCorrected: Double? { ratio(drop, base - chance) }
  /// (t - b⁰) / (b - b⁰): the share of the base's few-shot ability above its zero-shot that is left; nil where there is none.
  package var retention: Double? { baseZeroShot.flatMap { ratio(candidate - $0, base - $0) } }

  private func ratio(_ part: Double, _ whole: Double) -> Double? { whole > 0 ? part / whole : nil }
}

extension Degradation {
  private enum CodingKeys: String, CodingKey {
    case base, candidate, chance, drop, relative, retention
    case baseZeroShot = "base_zero_shot"
    case chanceCorrected = "chance_corrected"
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    base = try values.decode(Double.self, forKey: .base)
    candidate = try values.decode(Double.self, forKey: .candidate)
    baseZeroShot = try values.decodeIfPresent(Double.self, forKey: .baseZeroShot)
    chance = try values.decode(Double.self, forKey: .chance)
  }

  /// Writes the derived figures too: who reads the JSON should not have to know the formulas.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(base, forKey: .base)
    try values.encode(candidate, forKey: .candidate)
    try values.encodeIfPresent(baseZeroShot, forKey: .baseZeroShot)
    try values.encode(chance, forKey: .chance)
    try values.encode(drop, forKey: .drop)
    try values.encodeIfPresent(relative, forKey: .relative)
    try values.encodeIfPresent(chanceCorrected, forKey: .chanceCorrected)
    try values.encodeIfPresent(retention, forKey: .retention)
  }

  /// - Returns: nil without a task, or where a task was not asked at the given k or has no such metric.
  init?(families: [[PairedTask]], metric: Metric, shots: Shots) {
    func weighted(_ value: (PairedTask) -> Double?) -> Double? {
      var means: [[Double]] = []
      for family in families {
        let ofFamily = family.compactMap(value)
        guard ofFamily.count == family.count else { return nil }
        means.append(ofFamily)
      }
      return unitMean(families: means)
    }
    guard
      let base = weighted({ task in task.mean(\.base, metric, over: shots.selected(from: task.shots)) }),
      let candidate = weighted({ task in task.mean(\.candidate, metric, over: shots.selected(from: task.shots)) }),
      let chance = metric == .labelFree ? 0 : weighted({ $0.admission.chance })
    else { return nil }
    self.base = base
    self.candidate = candidate
    self.chance = chance
    baseZeroShot = weighted { $0.mean(\.base, metric, over: [0]) }
  }
}

extension PairedTask {
  /// One side's mean over items; nil where an item lacks one of the k or the metric.
  func mean(_ side: KeyPath<PairedItem, ItemAbility>, _ metric: Metric, over shots: [Int]) -> Double? {
    var sum = 0.0
    let isBase = side == \.base
    var count = 0
    for index in items.indices {
      if metric == .labelFree, items[index].base.leakMass == nil { continue }
      let value =
        isBase ? items[index].base.mean(metric, over: shots) : items[index].candidate.mean(metric, over: shots)
      guard let value else { return nil }
      sum += value
      count += 1
    }
    return count == 0 ? nil : sum / Double(count)
  }
}

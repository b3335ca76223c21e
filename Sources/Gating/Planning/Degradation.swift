import Statistics

/// A loss in the ways that people state it. Means weigh families equally, and tasks equally within a family.
package struct Degradation: Sendable, Hashable, Codable {
  /// b: the base's mean over k > 0.
  package let base: Double
  /// t: the candidate's mean over the same.
  package let candidate: Double
  /// b⁰: the base's mean without demonstrations; nil where it was not asked.
  package let baseZeroShot: Double?
  /// The mean over items of min(t⁰, b⁰), what `min_retention` counts the candidate's gain from; nil as `baseZeroShot`.
  package let lowerZeroShot: Double?
  /// c: what guessing scores.
  package let chance: Double

  /// b - t.
  package var drop: Double { base - candidate }
  /// (b - t) / b; nil where the base scores nothing.
  package var relative: Double? { ratio(drop, base) }
  /// (b - t) / (b - c), the headline; nil where the base is not above chance.
  package var chanceCorrected: Double? { ratio(drop, base - chance) }
  /// (t - min(t⁰, b⁰)) / (b - b⁰), the minimum taken item by item: the share of what demonstrations give the base that is left; nil where
  /// they give nothing.
  package var retention: Double? {
    baseZeroShot.flatMap { zero in ratio(candidate - (lowerZeroShot ?? zero), base - zero) }
  }

  /// (1 - t) / (1 - b): how many times the base's errors are made; nil where the base makes none.
  package var errorRatio: Double? { ratio(1 - candidate, 1 - base) }

  private func ratio(_ part: Double, _ whole: Double) -> Double? { whole > 0 ? part / whole : nil }
}

extension Degradation {
  private enum CodingKeys: String, CodingKey {
    case base, candidate, chance, drop, relative, retention
    case baseZeroShot = "base_zero_shot"
    case lowerZeroShot = "lower_zero_shot"
    case errorRatio = "error_ratio"
    case chanceCorrected = "chance_corrected"
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    base = try values.decode(Double.self, forKey: .base)
    candidate = try values.decode(Double.self, forKey: .candidate)
    baseZeroShot = try values.decodeIfPresent(Double.self, forKey: .baseZeroShot)
    lowerZeroShot = try values.decodeIfPresent(Double.self, forKey: .lowerZeroShot)
    chance = try values.decode(Double.self, forKey: .chance)
  }

  /// Writes the derived figures too: who reads the JSON should not have to know the formulas.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(base, forKey: .base)
    try values.encode(candidate, forKey: .candidate)
    try values.encodeIfPresent(baseZeroShot, forKey: .baseZeroShot)
    try values.encodeIfPresent(lowerZeroShot, forKey: .lowerZeroShot)
    try values.encode(chance, forKey: .chance)
    try values.encode(drop, forKey: .drop)
    try values.encodeIfPresent(relative, forKey: .relative)
    try values.encodeIfPresent(chanceCorrected, forKey: .chanceCorrected)
    try values.encodeIfPresent(retention, forKey: .retention)
    try values.encodeIfPresent(errorRatio, forKey: .errorRatio)
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
    lowerZeroShot = weighted { $0.lowerZeroShot(metric) }
  }
}

extension PairedTask {
  /// The mean over items of the lower of both zero-shot scores; nil where one was not asked.
  fileprivate func lowerZeroShot(_ metric: Metric) -> Double? {
    let values = items.compactMap { item in
      item.base.mean(metric, over: [0]).flatMap { base in
        item.candidate.mean(metric, over: [0]).map { min(base, $0) }
      }
    }
    return values.count == items.count ? Gating.mean(values) : nil
  }

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

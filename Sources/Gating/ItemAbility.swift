import Suites

/// What a rule may be about.
package enum Metric: String, Sendable, Codable, Hashable {
  /// The greedy answer is the gold answer or an alias.
  case exactMatch = "exact_match"
  /// Log p of the gold answer, in nats.
  case logprob
  /// The gold answer is the likeliest of the choices; only for tasks with choices.
  case choice
}

/// A model's scores on one item at one k, averaged over the draws of its block.
package struct Cell: Sendable, Hashable {
  package let exactMatch: Double
  package let logprob: Double
  package let choice: Double?

  package func value(_ metric: Metric) -> Double? {
    switch metric {
    case .exactMatch: exactMatch
    case .logprob: logprob
    case .choice: choice
    }
  }
}

/// A model's scores on one item, by k.
package struct ItemAbility: Sendable, Hashable {
  package let item: String
  package let block: Int
  package let cells: [Int: Cell]

  /// The mean over some k; nil where one of them was not asked, or has no such metric, or none is given.
  package func mean(_ metric: Metric, over shots: [Int]) -> Double? {
    var sum = 0.0
    for k in shots {
      guard let value = cells[k]?.value(metric) else { return nil }
      sum += value
    }
    return shots.isEmpty ? nil : sum / Double(shots.count)
  }
}

extension ItemAbility {
  /// One task's items in the order of (block, item), each with its draws averaged.
  ///
  /// - Parameter scores: of one task and one condition.
  static func items(of scores: [ItemScore]) -> [ItemAbility] {
    let byItem = Dictionary(grouping: scores, by: \.item)
    return byItem.compactMap { item, lines -> ItemAbility? in
      guard let block = lines.first?.block else { return nil }
      let cells = Dictionary(grouping: lines, by: \.k).mapValues(Cell.init(averaging:))
      return ItemAbility(item: item, block: block, cells: cells)
    }.sorted { ($0.block, $0.item) < ($1.block, $1.item) }
  }
}

extension Cell {
  init(averaging lines: [ItemScore]) {
    // Summed in the order of the draws, so that the mean does not depend on the order of arrival.
    let ordered = lines.sorted { $0.draw < $1.draw }
    let choices = ordered.compactMap(\.choiceCorrect)
    exactMatch = Gating.mean(ordered.map { $0.exactMatch ? 1 : 0 }) ?? 0
    logprob = Gating.mean(ordered.map(\.logprob)) ?? 0
    choice = choices.count == ordered.count ? Gating.mean(choices.map { $0 ? 1 : 0 }) : nil
  }
}

/// The arithmetic mean; nil of nothing.
func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}

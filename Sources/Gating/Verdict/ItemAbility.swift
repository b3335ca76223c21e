import Foundation
import Suites

/// What a rule may be about.
package enum Metric: String, Sendable, Codable, Hashable {
  /// The greedy answer is the gold answer or an alias.
  case exactMatch = "exact_match"
  /// Log p of the gold answer, in nats.
  case logprob
  /// p of the gold answer, exp(logprob), in 0...1: it moves before the greedy answer does.
  case probability
  /// The gold answer is the likeliest of the choices; only for tasks with choices.
  case choice
  /// The probability that the answer is none of the fine-tuning's labels: 1 less the leak mass, at the controls' k.
  case labelFree = "label_free"
}

/// A model's scores on one item at one k, averaged over the draws of its block.
package struct Cell: Sendable, Hashable {
  package let k: Int
  package let exactMatch: Double
  /// nil of a model that only writes text.
  package let logprob: Double?
  /// The mean over draws of exp(logprob); nil where there is none.
  package let probability: Double?
  package let choice: Double?

  package func value(_ metric: Metric) -> Double? {
    switch metric {
    case .exactMatch: exactMatch
    case .logprob: logprob
    case .probability: probability
    case .choice: choice
    case .labelFree: nil
    }
  }
}

/// A model's scores on one item, by k.
package struct ItemAbility: Sendable, Hashable {
  package let item: String
  package let block: Int
  /// One a k that was asked, ascending.
  package let cells: [Cell]
  /// The probability of a fine-tuning label; nil where that was not asked, or the item's own answer is one.
  var leakMass: Double?

  /// nil where the item was not asked at this k.
  package func cell(_ k: Int) -> Cell? {
    // A handful: looking through them is faster than hashing.
    for cell in cells where cell.k == k { return cell }
    return nil
  }

  /// The mean over some k; nil where one of them was not asked, or has no such metric, or none is given.
  package func mean(_ metric: Metric, over shots: [Int]) -> Double? {
    if metric == .labelFree { return leakMass.map { 1 - $0 } }
    var sum = 0.0
    for k in shots {
      guard let value = cell(k)?.value(metric) else { return nil }
      sum += value
    }
    return shots.isEmpty ? nil : sum / Double(shots.count)
  }
}

extension ItemAbility {
  /// One task's items in the order of (block, item), each with its draws averaged.
  ///
  /// - Parameter scores: of one task and one condition.
  static func items(of scores: ArraySlice<ItemScore>) -> [ItemAbility] {
    let ordered = scores.isOrdered ? scores : scores.sorted(by: ItemScore.precedes)[...]
    var items: [ItemAbility] = []
    var start = ordered.startIndex
    while start < ordered.endIndex {
      let first = ordered[start]
      var cells: [Cell] = []
      while start < ordered.endIndex, ordered[start].item == first.item {
        let k = ordered[start].k
        var end = start + 1
        while end < ordered.endIndex, ordered[end].k == k, ordered[end].item == first.item { end += 1 }
        cells.append(Cell(k: k, averaging: ordered[start..<end]))
        start = end
      }
      items.append(ItemAbility(item: first.item, block: first.block, cells: cells))
    }
    let isInOrder = zip(items, items.dropFirst()).allSatisfy { ($0.block, $0.item) <= ($1.block, $1.item) }
    return isInOrder ? items : items.sorted { ($0.block, $0.item) < ($1.block, $1.item) }
  }

  /// One item's means over draws.
  ///
  /// - Parameter draws: at least one, all of the same item at the same k.
  static func average(_ draws: [ItemAbility]) -> ItemAbility {
    ItemAbility(
      item: draws[0].item, block: draws[0].block,
      cells: draws[0].cells.indices.map { cell in Cell(averaging: draws.map { $0.cells[cell] }) })
  }
}

extension ArraySlice<ItemScore> {
  /// The different values, ascending.
  func distinct(_ value: (ItemScore) -> Int) -> [Int] { Gating.distinct(self, value) }
}

extension ArraySlice<PairedItem> {
  func distinct(_ value: (PairedItem) -> Int) -> [Int] { Gating.distinct(self, value) }
}

/// The different values, ascending: a handful, many times over, so that looking through them is faster than hashing.
private func distinct<Element>(_ list: ArraySlice<Element>, _ value: (Element) -> Int) -> [Int] {
  var values: [Int] = []
  for element in list {
    let next = value(element)
    if values.last != next, !values.contains(next) { values.append(next) }
  }
  return values.sorted()
}

extension [ItemScore] {
  /// A slice a task where every task's scores stand together, as a run and a baseline have them.
  var byTask: [String: ArraySlice<ItemScore>] {
    var slices: [String: ArraySlice<ItemScore>] = [:]
    var start = startIndex
    while start < endIndex {
      let task = self[start].task
      var end = start + 1
      while end < endIndex, self[end].task == task { end += 1 }
      guard slices[task] == nil else { return Dictionary(grouping: self, by: \.task).mapValues { $0[...] } }
      slices[task] = self[start..<end]
      start = end
    }
    return slices
  }
}

extension ItemScore {
  /// The order of a baseline's scores within a task.
  static func precedes(_ first: ItemScore, _ second: ItemScore) -> Bool {
    if first.item != second.item { return first.item < second.item }
    return (first.k, first.draw) < (second.k, second.draw)
  }
}

extension ArraySlice<ItemScore> {
  /// Whether they are in the order of a baseline's within a task: whoever sorts then need not.
  var isOrdered: Bool { zip(self, dropFirst()).allSatisfy { !ItemScore.precedes($1, $0) } }
}

extension Cell {
  /// - Parameter draws: at least one, all at one k.
  init(averaging draws: [Cell]) {
    let count = Double(draws.count)
    let choices = draws.compactMap(\.choice)
    k = draws[0].k
    exactMatch = draws.reduce(0) { $0 + $1.exactMatch } / count
    logprob = draws.sum(\.logprob).map { $0 / count }
    probability = draws.sum(\.probability).map { $0 / count }
    choice = choices.count == draws.count ? choices.reduce(0, +) / count : nil
  }

  /// - Parameter lines: in the order of the draws, so that the mean does not depend on the order of arrival.
  init(k: Int, averaging lines: ArraySlice<ItemScore>) {
    self.k = k
    var right = 0.0
    var logprob: Double? = 0
    var probability = 0.0
    var choice: Double? = 0
    for line in lines {
      right += line.exactMatch ? 1 : 0
      logprob = logprob.flatMap { sum in line.logprob.map { sum + $0 } }
      probability += line.logprob.map { exp($0) } ?? 0
      choice = choice.flatMap { sum in line.choiceCorrect.map { sum + ($0 ? 1 : 0) } }
    }
    let count = Double(lines.count)
    exactMatch = right / count
    self.logprob = logprob.map { $0 / count }
    self.probability = logprob == nil ? nil : probability / count
    self.choice = choice.map { $0 / count }
  }
}

extension [Cell] {
  /// nil where one of them has no such value.
  fileprivate func sum(_ value: (Cell) -> Double?) -> Double? {
    reduce(Optional(0)) { sum, cell in sum.flatMap { sum in value(cell).map { sum + $0 } } }
  }
}

/// The arithmetic mean; nil of nothing.
func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}

import Suites

/// What one model answered under every control, on the same blocks.
package struct ControlScores: Sendable {
  /// At k = 0 and at the controls' k, under the baseline's draw.
  package let gold: [ItemScore]
  package let random: [ItemScore]
  package let abstract: [ItemScore]
  /// The draw is the order.
  package let permutations: [ItemScore]
  /// Empty where the fine-tuning's labels are not known.
  package let leaks: [LeakScore]

  package init(
    gold: [ItemScore], random: [ItemScore], abstract: [ItemScore], permutations: [ItemScore], leaks: [LeakScore]
  ) {
    self.gold = gold
    self.random = random
    self.abstract = abstract
    self.permutations = permutations
    self.leaks = leaks
  }
}

/// One model's means under the controls; tasks weigh equally.
package struct ControlMeans: Sendable, Hashable, Codable {
  /// Exact match without demonstrations.
  package let zeroShot: Double?
  /// Exact match at the controls' k.
  package let gold: Double?
  /// The share of items whose gold answer is the likeliest choice; of tasks with labels.
  package let choice: Double?
  /// Exact match behind demonstrations with random answers.
  package let random: Double?
  /// The likeliest choice behind them; of tasks with labels.
  package let randomChoice: Double?
  /// Exact match with meaningless labels; of tasks with labels.
  package let abstract: Double?
  /// The likeliest choice with meaningless labels.
  package let abstractChoice: Double?
  /// The highest exact match over orders of the demonstrations less the lowest, mean over tasks.
  package let orderSpread: Double?
  /// The probability that the answer is one of the fine-tuning's labels, on prompts to which it is none.
  package let leakMass: Double?

  enum CodingKeys: String, CodingKey {
    case gold, choice, random, abstract
    case zeroShot = "zero_shot"
    case randomChoice = "random_choice"
    case abstractChoice = "abstract_choice"
    case orderSpread = "order_spread"
    case leakMass = "leak_mass"
  }

  /// - Parameter tasks: that the means are over.
  init(_ scores: ControlScores, tasks: Set<String>) {
    func mean(_ lines: [ItemScore], _ value: (ItemScore) -> Double?) -> Double? {
      let byTask = Dictionary(grouping: lines.filter { tasks.contains($0.task) }, by: \.task)
      // In a fixed order: a sum must not depend on how a dictionary happens to be laid out.
      return Gating.mean(byTask.sorted { $0.key < $1.key }.compactMap { Gating.mean($0.value.compactMap(value)) })
    }
    func exact(_ line: ItemScore) -> Double? { line.exactMatch ? 1 : 0 }
    func chosen(_ line: ItemScore) -> Double? { line.choiceCorrect.map { $0 ? 1 : 0 } }
    let fewShot = scores.gold.filter { $0.k > 0 }
    zeroShot = mean(scores.gold.filter { $0.k == 0 }, exact)
    gold = mean(fewShot, exact)
    choice = mean(fewShot, chosen)
    random = mean(scores.random, exact)
    randomChoice = mean(scores.random, chosen)
    abstract = mean(scores.abstract, exact)
    abstractChoice = mean(scores.abstract, chosen)
    orderSpread = Self.orderSpread(fewShot + scores.permutations, tasks: tasks)
    let leaks = Dictionary(grouping: scores.leaks.filter { tasks.contains($0.task) }, by: \.task)
    leakMass = Gating.mean(leaks.sorted { $0.key < $1.key }.compactMap { Gating.mean($0.value.map(\.mass)) })
  }

  private static func orderSpread(_ lines: [ItemScore], tasks: Set<String>) -> Double? {
    struct Order: Hashable {
      let condition: Condition
      let draw: Int
    }
    let byTask = Dictionary(grouping: lines.filter { tasks.contains($0.task) }, by: \.task)
    let spreads = byTask.sorted { $0.key < $1.key }.compactMap { _, ofTask -> Double? in
      let orders = Dictionary(grouping: ofTask) { Order(condition: $0.condition, draw: $0.draw) }
      let means = orders.values.compactMap { Gating.mean($0.map { $0.exactMatch ? 1 : 0 }) }
      guard means.count > 1, let low = means.min(), let high = means.max() else { return nil }
      return high - low
    }
    return Gating.mean(spreads)
  }
}

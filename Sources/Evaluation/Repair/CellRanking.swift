/// In which order the parts of a fine-tuning are put back: those first that bring back most ability for the target that they cost.
package struct CellRanking: Sendable {
  /// One cell, or what is in none, as it was measured.
  package struct Entry: Sendable, Encodable {
    package let name: String
    /// Of the loss of p(gold answer): the mean of what comes back without the part and of what it causes alone.
    package let ability: Double
    /// Of what the fine-tuning gained in the target's logprob, likewise: what is lost without the part, and what it gains alone.
    package let target: Double

    package init(name: String, ability: Double, target: Double) {
      self.name = name
      self.ability = ability
      self.target = target
    }
  }

  /// Places in the list that was given, in the order in which they are put back.
  package let order: [Int]

  /// What brings back ability comes first, by ability over target, and then the rest, by ability. A target cost below a tenth of the mean
  /// one counts as that: what costs nearly nothing is not told from what costs half of nearly nothing.
  package init(_ entries: [Entry]) {
    let costs = entries.map(\.target).filter { $0 > 0 }
    let least = costs.isEmpty ? 1 : 0.1 * costs.reduce(0, +) / Double(costs.count)
    func worth(_ entry: Entry) -> Double {
      entry.ability > 0 ? entry.ability / max(entry.target, least) : entry.ability
    }
    order = entries.indices.sorted { first, second in
      let (a, b) = (worth(entries[first]), worth(entries[second]))
      return a == b ? first < second : a > b
    }
  }
}

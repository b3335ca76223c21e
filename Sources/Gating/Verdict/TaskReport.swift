import Statistics

/// Both models' means on a task at one k.
package struct ShotMeans: Sendable, Hashable, Codable {
  package let k: Int
  package let base: Double
  package let candidate: Double
}

/// What is said of a task beside the verdict.
package struct TaskReport: Sendable, Hashable, Codable {
  package let task: String
  package let family: String
  /// Whether it counts in its units: the baseline admitted it, the fine-tuning was not about it, and at most a fifth of its
  /// items are in the fine-tuning data.
  package let admitted: Bool
  /// Why the task is uninformative; nil where it is admitted.
  package let reason: String?
  package let chance: Double
  /// Asked, and not in the fine-tuning data.
  package let items: Int
  package let blocks: Int
  /// Items that were asked and dropped, as they are in the fine-tuning data; nil where there is none.
  package let contaminated: Int?
  /// Exact match at each k, ascending.
  package let shots: [ShotMeans]
  /// The drop of exact match, mean over k > 0; nil where the task is not asked with demonstrations.
  package let drop: Double?
  /// Its 95 % interval; nil where there are fewer than two blocks.
  package let dropInterval: Interval?
  /// The drop of the gold answer's probability, mean over k > 0.
  package let probabilityDrop: Double?
  package let probabilityDropInterval: Interval?
  /// Answers that the base had right and the candidate has wrong, over every k > 0 and draw; nil in verdicts kept before they were counted.
  package let lost: Int?
  /// The other way round.
  package let won: Int?
  /// The drop of the gold answer's logprob in nats, mean over k > 0.
  package let logprobDrop: Double?
  package let logprobDropInterval: Interval?
  /// Share of items whose gold answer is the likeliest choice, mean over k > 0; nil where answers are free. Beside exact
  /// match it tells a lost answer format from a lost ability.
  package let baseChoice: Double?
  package let candidateChoice: Double?

  enum CodingKeys: String, CodingKey {
    case task, family, admitted, reason, chance, items, blocks, contaminated, shots, drop, lost, won
    case probabilityDrop = "probability_drop"
    case probabilityDropInterval = "probability_drop_interval"
    case dropInterval = "drop_interval"
    case logprobDrop = "logprob_drop"
    case logprobDropInterval = "logprob_drop_interval"
    case baseChoice = "base_choice"
    case candidateChoice = "candidate_choice"
  }
}

extension TaskReport {
  init(_ paired: PairedTask) {
    let fewShot = Shots.fewShot.selected(from: paired.shots)
    let exactMatch = paired.drops(of: .exactMatch)
    let logprob = paired.drops(of: .logprob)
    task = paired.admission.task
    family = paired.admission.family
    admitted = paired.admission.admitted
    reason = paired.admission.reason
    chance = paired.admission.chance
    items = paired.items.count
    blocks = paired.blocks
    contaminated = paired.dropped == 0 ? nil : paired.dropped
    shots = paired.shots.compactMap { k in
      guard let base = paired.mean(\.base, .exactMatch, over: [k]),
        let candidate = paired.mean(\.candidate, .exactMatch, over: [k])
      else { return nil }
      return ShotMeans(k: k, base: base, candidate: candidate)
    }
    drop = exactMatch.flatMap { mean($0.values) }
    dropInterval = exactMatch.flatMap { UnitEstimate(task: $0) }.map { Interval($0.interval()) }
    let probability = paired.drops(of: .probability)
    probabilityDrop = probability.flatMap { mean($0.values) }
    probabilityDropInterval = probability.flatMap { UnitEstimate(task: $0) }.map { Interval($0.interval()) }
    let flips = paired.flips(over: fewShot)
    lost = fewShot.isEmpty ? nil : flips.lost
    won = fewShot.isEmpty ? nil : flips.won
    logprobDrop = logprob.flatMap { mean($0.values) }
    logprobDropInterval = logprob.flatMap { UnitEstimate(task: $0) }.map { Interval($0.interval()) }
    baseChoice = paired.mean(\.base, .choice, over: fewShot)
    candidateChoice = paired.mean(\.candidate, .choice, over: fewShot)
  }
}

extension PairedTask {
  /// Answers that only one of both has right, over some k and every draw.
  fileprivate func flips(over shots: [Int]) -> (lost: Int, won: Int) {
    var (lost, won) = (0, 0)
    for item in itemsByDraw.joined() {
      for k in shots {
        guard let base = item.base.cell(k)?.exactMatch, let candidate = item.candidate.cell(k)?.exactMatch else {
          continue
        }
        if base > candidate { lost += 1 }
        if candidate > base { won += 1 }
      }
    }
    return (lost, won)
  }

  /// b - t of each item, mean over some k; nil where an item lacks one of them or the metric.
  func drops(of metric: Metric, over shots: Shots = .fewShot) -> TaskValues? {
    let selected = shots.selected(from: self.shots)
    let items = metric == .labelFree ? self.items.filter { $0.base.leakMass != nil } : self.items
    let values = items.compactMap { item -> Double? in
      guard let base = item.base.mean(metric, over: selected),
        let candidate = item.candidate.mean(metric, over: selected)
      else { return nil }
      return base - candidate
    }
    return values.count == items.count && (!items.isEmpty || self.items.isEmpty)
      ? TaskValues(values: values, blocks: items.map(\.base.block)) : nil
  }
}

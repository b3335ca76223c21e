import Statistics

/// What a rule asks of the candidate's score against the base's: a one-sample test that the mean of u is above 0.
///
/// Another contrast is another case here, with its u; nothing else depends on which one a rule has.
package enum Contrast: Sendable, Hashable {
  /// The candidate may lose at most this much: u = t - b + δ.
  case absoluteDrop(margin: Double)

  /// u of one item.
  func value(_ item: ContrastInput) -> Double? {
    switch self {
    case .absoluteDrop(let margin): item.candidate - item.base + margin
    }
  }

  /// The drop that is tolerated, in the units of u.
  package var margin: Double {
    switch self {
    case .absoluteDrop(let margin): margin
    }
  }
}

/// All that a contrast may be made of, for one item.
struct ContrastInput {
  /// t: the candidate's mean over the rule's k.
  let candidate: Double
  /// b: the base's mean over the rule's k.
  let base: Double
  /// b⁰: the base's score without demonstrations, where it was asked.
  let baseZeroShot: Double?
  /// c.
  let chance: Double
}

/// Which k a rule averages over.
package enum Shots: Sendable, Hashable {
  /// Every k above 0 that the task was asked with.
  case fewShot
  /// These.
  case only([Int])

  func selected(from asked: [Int]) -> [Int] {
    switch self {
    case .fewShot: asked.filter { $0 > 0 }
    case .only(let shots): shots
    }
  }
}

/// What a rule's units are.
package enum Level: String, Sendable, Codable, Hashable {
  /// One unit: all admitted tasks.
  case overall
  /// A unit a family: its admitted tasks.
  case family
}

/// One demand that a gate makes, on one unit or on each family.
package struct Rule: Sendable, Hashable {
  /// Unique among a gate's rules.
  package let name: String
  package let metric: Metric
  package let contrast: Contrast
  package let shots: Shots
  package let level: Level
  /// PASS needs the lower one-sided bound of the mean of u above 0 at this level.
  package let alphaPass: Double
  /// FAIL needs the upper one-sided bound below 0 at this level, Holm-adjusted over all units of the gate.
  package let alphaFail: Double

  package init(
    name: String, metric: Metric, contrast: Contrast, shots: Shots = .fewShot, level: Level, alphaPass: Double,
    alphaFail: Double
  ) {
    self.name = name
    self.metric = metric
    self.contrast = contrast
    self.shots = shots
    self.level = level
    self.alphaPass = alphaPass
    self.alphaFail = alphaFail
  }

  /// The u of each item of a task.
  ///
  /// - Returns: nil where the task was not asked at the rule's k, or has no such metric or contrast.
  package func values(of task: PairedTask) -> TaskValues? {
    let selected = shots.selected(from: task.shots)
    var values: [Double] = []
    for item in task.items {
      guard let base = item.base.mean(metric, over: selected),
        let candidate = item.candidate.mean(metric, over: selected),
        let value = contrast.value(
          ContrastInput(
            candidate: candidate, base: base, baseZeroShot: item.base.mean(metric, over: [0]),
            chance: task.admission.chance))
      else { return nil }
      values.append(value)
    }
    return TaskValues(values: values, blocks: task.itemBlocks)
  }
}

import Statistics

/// What a rule asks of the candidate's score against the base's: a one-sample test that the mean of u is above 0.
///
/// Another contrast is another case here, with its u; nothing else depends on which one a rule has. Every u grows with t, so
/// that a candidate that is better somewhere and worse nowhere is never judged worse.
package enum Contrast: Sendable, Hashable {
  /// The candidate may lose at most this much: u = t - b + δ.
  case absoluteDrop(margin: Double)
  /// It may lose at most this share of the ability above chance: u = (t - c) - (1-ρ)(b - c).
  case relativeDrop(share: Double)
  /// It keeps at least this share of what demonstrations give the base: u = (t - min(t⁰, b⁰)) - γ (b - b⁰), item by item. Each
  /// model's gain is counted from its own zero-shot answer, so that a general loss is not called one of learning; where
  /// fine-tuning raised the candidate's, from the base's, so that nobody fails for being better without demonstrations.
  case retention(share: Double)
  /// It makes at most this many times the base's errors, and one point more: u = ρ (1 - b) - (1 - t) + .01.
  case errorRatio(Double)

  /// u of one item; nil for a retention where the base was not asked without demonstrations.
  func value(_ item: ContrastInput) -> Double? {
    switch self {
    case .absoluteDrop(let margin): item.candidate - item.base + margin
    case .relativeDrop(let share): (item.candidate - item.chance) - (1 - share) * (item.base - item.chance)
    case .retention(let share):
      item.baseZeroShot.flatMap { zero in
        item.candidateZeroShot.map { (item.candidate - min($0, zero)) - share * (item.base - zero) }
      }
    case .errorRatio(let ratio): ratio * (1 - item.base) - (1 - item.candidate) + Self.errorSlack
    }
  }

  /// What an error ratio tolerates beside: of a base that errs hardly ever a ratio of errors is a matter of single items.
  package static let errorSlack = 0.01
  /// Of a base that gains less from demonstrations there is nothing to retain a share of: the margin would be smaller than that of
  /// any drop, and the rule one about a general loss.
  package static let leastGain = 0.25

  /// u of one item for a candidate that scores what the base does: the drop that is tolerated there.
  func allowance(_ item: ContrastInput) -> Double? {
    switch self {
    case .absoluteDrop(let margin): margin
    case .relativeDrop(let share): share * (item.base - item.chance)
    case .retention(let share): item.baseZeroShot.map { (1 - share) * (item.base - $0) }
    case .errorRatio(let ratio): (ratio - 1) * (1 - item.base) + Self.errorSlack
    }
  }

  /// δ, ρ or γ, as it was configured.
  package var limit: Double {
    switch self {
    case .absoluteDrop(let limit), .relativeDrop(let limit), .retention(let limit), .errorRatio(let limit): limit
    }
  }

  package var kind: ContrastKind {
    switch self {
    case .absoluteDrop: .absoluteDrop
    case .relativeDrop: .relativeDrop
    case .retention: .retention
    case .errorRatio: .errorRatio
    }
  }
}

/// Which contrast a rule has, without its limit.
package enum ContrastKind: String, Sendable, Codable, Hashable {
  /// At most δ lost.
  case absoluteDrop = "absolute_drop"
  /// At most the share ρ of what is above chance lost.
  case relativeDrop = "relative_drop"
  /// At least the share γ of what demonstrations give the base kept.
  case retention
  /// At most ρ times the base's errors made.
  case errorRatio = "error_ratio"
}

/// All that a contrast may be made of, for one item.
struct ContrastInput {
  /// t: the candidate's mean over the rule's k.
  let candidate: Double
  /// b: the base's mean over the rule's k.
  let base: Double
  /// b⁰: the base's score without demonstrations, where it was asked.
  let baseZeroShot: Double?
  /// t⁰: the candidate's.
  let candidateZeroShot: Double?
  /// c.
  let chance: Double
}

/// Which k a rule averages over.
package enum Shots: Sendable, Hashable {
  /// Every k above 0 that the task was asked with.
  case fewShot
  /// The largest that the task was asked with, if above 0.
  case largest
  /// These.
  case only([Int])

  func selected(from asked: [Int]) -> [Int] {
    switch self {
    case .fewShot: asked.filter { $0 > 0 }
    case .largest: asked.max().map { $0 > 0 ? [$0] : [] } ?? []
    case .only(let shots): shots
    }
  }

  /// The k that a rule names; nil for every k above 0.
  package var named: [Int]? {
    switch self {
    case .fewShot, .largest: nil
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
  /// A unit an admitted task.
  case task
}

/// Which families a rule of that level is about.
package enum FamilyScope: Sendable, Hashable {
  case all
  /// One, with a limit of its own.
  case only(String)
  /// All but those that have a limit of their own.
  case allBut(Set<String>)

  func contains(_ family: String) -> Bool {
    switch self {
    case .all: true
    case .only(let name): family == name
    case .allBut(let names): !names.contains(family)
    }
  }
}

/// One demand that a gate makes, on one unit or on each family.
package struct Rule: Sendable, Hashable {
  /// The key in `holdfast.yaml`; with the level and the unit it names one test.
  package let name: String
  package let metric: Metric
  package let contrast: Contrast
  package let shots: Shots
  package let level: Level
  /// Of a rule at the family level.
  package let families: FamilyScope
  /// PASS needs the lower one-sided bound of the mean of u above 0 at this level.
  package let alphaPass: Double
  /// FAIL needs the upper one-sided bound below 0 at this level, Holm-adjusted over all units of the gate.
  package let alphaFail: Double

  package init(
    name: String, metric: Metric, contrast: Contrast, shots: Shots = .fewShot, level: Level,
    families: FamilyScope = .all, alphaPass: Double, alphaFail: Double
  ) {
    self.name = name
    self.metric = metric
    self.contrast = contrast
    self.shots = shots
    self.level = level
    self.families = families
    self.alphaPass = alphaPass
    self.alphaFail = alphaFail
  }

  func withAlphas(pass: Double, fail: Double) -> Rule {
    Rule(
      name: name, metric: metric, contrast: contrast, shots: shots, level: level, families: families,
      alphaPass: pass, alphaFail: fail)
  }

  /// The u of each item of a task.
  ///
  /// - Returns: nil where the task was not asked at the rule's k, or has no such metric or contrast.
  package func values(of task: PairedTask) -> TaskValues? { values(of: task.items, task, contrast.value) }

  /// The u of each item under each draw alone; nil as `values`.
  func drawnValues(of task: PairedTask) -> DrawnTask? {
    // What labels leak is asked under one draw.
    guard metric != .labelFree else { return nil }
    let draws = task.itemsByDraw.compactMap { values(of: $0, task, contrast.value)?.values }
    return draws.count == task.draws ? DrawnTask(draws: draws, blocks: task.itemBlocks) : nil
  }

  /// The drop that each item of a task may have, by the base's scores alone: u where the candidate scores what the base
  /// does.
  ///
  /// - Returns: as `values`.
  func allowances(of task: PairedTask) -> TaskValues? {
    values(of: task.items, task, contrast.allowance)
  }

  private func values(
    of items: [PairedItem], _ task: PairedTask, _ value: (ContrastInput) -> Double?
  ) -> TaskValues? {
    let selected = shots.selected(from: task.shots)
    var (values, blocks) = ([Double](), [Int]())
    values.reserveCapacity(items.count)
    blocks.reserveCapacity(items.count)
    for item in items {
      // An item whose own answer is a label says nothing about leaks.
      if metric == .labelFree, item.base.leakMass == nil { continue }
      guard let base = item.base.mean(metric, over: selected),
        let candidate = item.candidate.mean(metric, over: selected),
        let value = value(
          ContrastInput(
            candidate: candidate, base: base, baseZeroShot: item.base.mean(metric, over: [0]),
            candidateZeroShot: item.candidate.mean(metric, over: [0]), chance: task.admission.chance))
      else { return nil }
      values.append(value)
      blocks.append(item.base.block)
    }
    return values.isEmpty && !items.isEmpty ? nil : TaskValues(values: values, blocks: blocks)
  }
}

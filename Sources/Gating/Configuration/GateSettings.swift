/// How far one rule lets a candidate go, as `gate:` in `holdfast.yaml` says it.
package struct RuleLimits: Sendable, Hashable, Codable {
  /// Over all admitted tasks; nil where the rule is off at that level.
  package let overall: Double?
  /// In each family; nil where the rule is off at that level.
  package let family: Double?
  /// Limits of single families, which win over `family`; nil where there is none.
  package let families: [String: Double]?
  /// The k that the rule averages over, ascending; nil for every k above 0.
  package let shots: [Int]?

  package init(
    overall: Double? = nil, family: Double? = nil, families: [String: Double] = [:], shots: [Int]? = nil
  ) {
    self.overall = overall
    self.family = family
    self.families = families.isEmpty ? nil : families
    self.shots = shots
  }

  /// A rule that demands nothing.
  package static let off = RuleLimits()

  package var isOff: Bool { overall == nil && family == nil && families == nil }

  enum CodingKeys: String, CodingKey {
    case overall, family, families
    case shots = "k"
  }
}

/// The thresholds of a gate.
package struct GateSettings: Sendable, Hashable, Codable {
  /// δ: the absolute drop of few-shot exact match that is tolerated.
  package let maxDrop: RuleLimits
  /// ρ: the share of the exact match above chance that may be lost.
  package let maxRelativeDrop: RuleLimits
  /// γ: the share of the few-shot exact match above the base's zero-shot that must be kept.
  package let minRetention: RuleLimits
  /// δ in nats: by how much the gold answer's logprob may drop.
  package let maxLogprobDrop: RuleLimits
  /// By how much the probability of a fine-tuning label may rise on prompts to which it is no answer.
  package let maxLeakMass: RuleLimits
  package let alphaPass: Double
  package let alphaFail: Double
  package let onInconclusive: InconclusivePolicy
  /// Families that must be able to vote; nil for half of them.
  package let minFamilies: Int?

  package init(
    maxDrop: RuleLimits = RuleLimits(overall: 0.05, family: 0.10), maxRelativeDrop: RuleLimits = .off,
    minRetention: RuleLimits = RuleLimits(overall: 0.80), maxLogprobDrop: RuleLimits = .off,
    maxLeakMass: RuleLimits = .off, alphaPass: Double = 0.05, alphaFail: Double = 0.01,
    onInconclusive: InconclusivePolicy = .exit3, minFamilies: Int? = nil
  ) {
    self.maxDrop = maxDrop
    self.maxRelativeDrop = maxRelativeDrop
    self.minRetention = minRetention
    self.maxLogprobDrop = maxLogprobDrop
    self.maxLeakMass = maxLeakMass
    self.alphaPass = alphaPass
    self.alphaFail = alphaFail
    self.onInconclusive = onInconclusive
    self.minFamilies = minFamilies
  }

  /// δ_family, which admission is decided with: that of `max_drop`, .10 where the rule is off at that level.
  package var maxDropFamily: Double { maxDrop.family ?? 0.10 }

  /// Every rule by its key, whether it is on or off.
  package var limits: [(key: String, limits: RuleLimits)] {
    [
      ("max_drop", maxDrop), ("max_relative_drop", maxRelativeDrop), ("min_retention", minRetention),
      ("max_logprob_drop", maxLogprobDrop), ("max_leak_mass", maxLeakMass),
    ]
  }

  /// Every rule that is on: overall, then the families that share a limit, then those with one of their own.
  package var policy: GatePolicy {
    let rules =
      rules("max_drop", maxDrop, .exactMatch) { .absoluteDrop(margin: $0) }
      + rules("max_relative_drop", maxRelativeDrop, .exactMatch) { .relativeDrop(share: $0) }
      + rules("min_retention", minRetention, .exactMatch) { .retention(share: $0) }
      + rules("max_logprob_drop", maxLogprobDrop, .logprob) { .absoluteDrop(margin: $0) }
      + rules("max_leak_mass", maxLeakMass, .labelFree) { .absoluteDrop(margin: $0) }
    return GatePolicy(rules: rules, minFamilies: minFamilies, onInconclusive: onInconclusive)
  }

  private func rules(
    _ key: String, _ limits: RuleLimits, _ metric: Metric, _ contrast: (Double) -> Contrast
  ) -> [Rule] {
    func rule(_ limit: Double, _ level: Level, _ families: FamilyScope = .all) -> Rule {
      Rule(
        name: key, metric: metric, contrast: contrast(limit), shots: limits.shots.map { .only($0) } ?? .fewShot,
        level: level, families: families, alphaPass: alphaPass, alphaFail: alphaFail)
    }
    let own = limits.families ?? [:]
    return [
      limits.overall.map { [rule($0, .overall)] },
      limits.family.map { [rule($0, .family, own.isEmpty ? .all : .allBut(Set(own.keys)))] },
      own.sorted { $0.key < $1.key }.map { rule($0.value, .family, .only($0.key)) },
    ].compactMap { $0 }.flatMap { $0 }
  }

  enum CodingKeys: String, CodingKey {
    case maxDrop = "max_drop"
    case maxRelativeDrop = "max_relative_drop"
    case minRetention = "min_retention"
    case maxLogprobDrop = "max_logprob_drop"
    case maxLeakMass = "max_leak_mass"
    case alphaPass = "alpha_pass"
    case alphaFail = "alpha_fail"
    case onInconclusive = "on_inconclusive"
    case minFamilies = "min_families"
  }
}

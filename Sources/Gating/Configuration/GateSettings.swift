/// How far one rule lets a candidate go, as `gate:` in `holdfast.yaml` says it.
package struct RuleLimits: Sendable, Hashable, Codable {
  /// Over all admitted tasks; nil where the rule is off at that level.
  package let overall: Double?
  /// In each family; nil where the rule is off at that level.
  package let family: Double?
  /// Limits of single families, which win over `family`; nil where there is none.
  package let families: [String: Double]?
  /// In each task; nil where the rule is off at that level.
  package let task: Double?
  /// The k that the rule averages over, ascending; nil for every k above 0.
  package let shots: [Int]?

  package init(
    overall: Double? = nil, family: Double? = nil, families: [String: Double] = [:], task: Double? = nil,
    shots: [Int]? = nil
  ) {
    self.overall = overall
    self.family = family
    self.families = families.isEmpty ? nil : families
    self.task = task
    self.shots = shots
  }

  /// A rule that demands nothing.
  package static let off = RuleLimits()

  package var isOff: Bool { overall == nil && family == nil && families == nil && task == nil }

  enum CodingKeys: String, CodingKey {
    case overall, family, families, task
    case shots = "k"
  }
}

/// The thresholds of a gate.
package struct GateSettings: Sendable, Hashable, Codable {
  /// δ: the absolute drop of few-shot exact match that is tolerated, in the mean over k.
  package let maxDrop: RuleLimits
  /// The same at each task's largest k alone, so that what was won with one demonstration cannot pay for what was lost with all.
  package let maxDropLargestK: RuleLimits
  /// ρ: how many times the base's errors the candidate may make, and one point more.
  package let maxErrorRatio: RuleLimits
  /// ρ: the share of the exact match above chance that may be lost.
  package let maxRelativeDrop: RuleLimits
  /// γ: the share of what demonstrations give the base that must be kept.
  package let minRetention: RuleLimits
  /// δ: by how much the gold answer's probability may drop.
  package let maxProbabilityDrop: RuleLimits
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
    maxDrop: RuleLimits = RuleLimits(overall: 0.05, family: 0.10, task: 0.25),
    maxDropLargestK: RuleLimits = RuleLimits(overall: 0.05), maxErrorRatio: RuleLimits = RuleLimits(overall: 1.5),
    maxRelativeDrop: RuleLimits = .off, minRetention: RuleLimits = RuleLimits(overall: 0.80),
    maxProbabilityDrop: RuleLimits = .off, maxLogprobDrop: RuleLimits = .off,
    maxLeakMass: RuleLimits = .off, alphaPass: Double = 0.05, alphaFail: Double = 0.01,
    onInconclusive: InconclusivePolicy = .exit3, minFamilies: Int? = nil
  ) {
    self.maxDrop = maxDrop
    self.maxDropLargestK = maxDropLargestK
    self.maxErrorRatio = maxErrorRatio
    self.maxRelativeDrop = maxRelativeDrop
    self.minRetention = minRetention
    self.maxProbabilityDrop = maxProbabilityDrop
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
      ("max_drop", maxDrop), ("max_drop_largest_k", maxDropLargestK), ("max_error_ratio", maxErrorRatio),
      ("max_relative_drop", maxRelativeDrop), ("min_retention", minRetention),
      ("max_probability_drop", maxProbabilityDrop), ("max_logprob_drop", maxLogprobDrop),
      ("max_leak_mass", maxLeakMass),
    ]
  }

  /// Every rule that is on: overall, then the families that share a limit, then those with one of their own.
  package var policy: GatePolicy {
    let rules =
      rules("max_drop", maxDrop, .exactMatch) { .absoluteDrop(margin: $0) }
      + rules("max_drop_largest_k", maxDropLargestK, .exactMatch, shots: .largest) { .absoluteDrop(margin: $0) }
      + rules("max_error_ratio", maxErrorRatio, .exactMatch) { .errorRatio($0) }
      + rules("max_relative_drop", maxRelativeDrop, .exactMatch) { .relativeDrop(share: $0) }
      + rules("min_retention", minRetention, .exactMatch) { .retention(share: $0) }
      + rules("max_probability_drop", maxProbabilityDrop, .probability) { .absoluteDrop(margin: $0) }
      + rules("max_logprob_drop", maxLogprobDrop, .logprob) { .absoluteDrop(margin: $0) }
      + rules("max_leak_mass", maxLeakMass, .labelFree) { .absoluteDrop(margin: $0) }
    return GatePolicy(rules: rules, minFamilies: minFamilies, onInconclusive: onInconclusive)
  }

  private func rules(
    _ key: String, _ limits: RuleLimits, _ metric: Metric, shots: Shots = .fewShot, _ contrast: (Double) -> Contrast
  ) -> [Rule] {
    func rule(_ limit: Double, _ level: Level, _ families: FamilyScope = .all) -> Rule {
      Rule(
        name: key, metric: metric, contrast: contrast(limit), shots: limits.shots.map { .only($0) } ?? shots,
        level: level, families: families, alphaPass: alphaPass, alphaFail: alphaFail)
    }
    let own = limits.families ?? [:]
    return [
      limits.overall.map { [rule($0, .overall)] },
      limits.family.map { [rule($0, .family, own.isEmpty ? .all : .allBut(Set(own.keys)))] },
      own.sorted { $0.key < $1.key }.map { rule($0.value, .family, .only($0.key)) },
      limits.task.map { [rule($0, .task)] },
    ].compactMap { $0 }.flatMap { $0 }
  }

  enum CodingKeys: String, CodingKey {
    case maxDrop = "max_drop"
    case maxDropLargestK = "max_drop_largest_k"
    case maxErrorRatio = "max_error_ratio"
    case maxProbabilityDrop = "max_probability_drop"
    case maxRelativeDrop = "max_relative_drop"
    case minRetention = "min_retention"
    case maxLogprobDrop = "max_logprob_drop"
    case maxLeakMass = "max_leak_mass"
    case alphaPass = "alpha_pass"
    case alphaFail = "alpha_fail"
    case onInconclusive = "on_inconclusive"
    case minFamilies = "min_families"
  }

  /// Settings that were kept before a rule was there have it off.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func limits(_ key: CodingKeys) throws -> RuleLimits {
      try values.decodeIfPresent(RuleLimits.self, forKey: key) ?? .off
    }
    self.init(
      maxDrop: try limits(.maxDrop), maxDropLargestK: try limits(.maxDropLargestK),
      maxErrorRatio: try limits(.maxErrorRatio), maxRelativeDrop: try limits(.maxRelativeDrop),
      minRetention: try limits(.minRetention), maxProbabilityDrop: try limits(.maxProbabilityDrop),
      maxLogprobDrop: try limits(.maxLogprobDrop), maxLeakMass: try limits(.maxLeakMass),
      alphaPass: try values.decode(Double.self, forKey: .alphaPass),
      alphaFail: try values.decode(Double.self, forKey: .alphaFail),
      onInconclusive: try values.decode(InconclusivePolicy.self, forKey: .onInconclusive),
      minFamilies: try values.decodeIfPresent(Int.self, forKey: .minFamilies))
  }
}

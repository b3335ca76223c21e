/// Judges claims by one model's arms, asked in one form.
package struct ClaimJudge: Sendable {
  /// An arm's runs.
  package struct Arm: Sendable {
    package let name: String
    /// The tasks of each run that is finished and holds its target.
    package let runs: [[TaskLeft]]
    /// Runs that are finished and do not hold it.
    package let apart: Int

    package init(name: String, runs: [[TaskLeft]], apart: Int) {
      self.name = name
      self.runs = runs
      self.apart = apart
    }
  }

  /// Arms that differ in their learning rate alone.
  package struct Method: Sendable, Hashable {
    package let name: String
    package let arms: [String]

    package init(name: String, arms: [String]) {
      self.name = name
      self.arms = arms
    }

    /// The same method by other arms.
    package func renaming(_ names: [String: String]) -> Method {
      Method(name: name, arms: arms.map { names[$0] ?? $0 })
    }
  }

  /// What one of a method's rates cost on the half of the tasks that chooses.
  package struct Rate: Sendable, Hashable, Codable {
    package let arm: String
    /// Nil where the arm cannot be chosen.
    package let cost: Double?
  }

  /// A method at its best rate.
  package struct Chosen: Sendable, Hashable, Codable {
    package let method: String
    package let rates: [Rate]
    /// Nil where there is none to choose.
    package let arm: String?
    /// On the other half of the tasks.
    package let estimate: CostEstimate?
  }

  private let arms: [String: Arm]
  /// Of a model that lost its ability; nil where none was taken apart in this form.
  private let profile: RestorationProfile?
  /// In the methods' order.
  package let chosen: [Chosen]

  package init(arms: [Arm], methods: [Method], profile: RestorationProfile? = nil) {
    self.profile = profile
    self.arms = Dictionary(arms.map { ($0.name, $0) }) { first, _ in first }
    let byName = self.arms
    chosen = methods.map { method in
      let rates = method.arms.map { name in
        Rate(arm: name, cost: byName[name].flatMap(Self.choosingCost))
      }
      let best = rates.filter { $0.cost != nil }.min { ($0.cost ?? 0) < ($1.cost ?? 0) }?.arm
      return Chosen(
        method: method.name, rates: rates, arm: best,
        estimate: best.flatMap { byName[$0] }.flatMap { CostEstimate($0.runs.map { $0.half(choosing: false) }) })
    }
  }

  /// An arm that does not come to the task in every run is not comparable with one that does.
  private static func choosingCost(_ arm: Arm) -> Double? {
    arm.apart == 0 ? CostEstimate(arm.runs.map { $0.half(choosing: true) })?.mean : nil
  }

  /// What the claim's figures say, part by part.
  package func parts(_ claim: Claim) -> [ClaimPart] {
    switch claim.kind {
    case .costs(let method, let share, let within): [costs(method, (share - within)...(share + within))]
    case .keeps(let names, let within): names.map { keeps($0, within) }
    case .keepsMore(let pairs): pairs.map(keepsMore)
    case .spread(let modules, let share, let layers): spread(modules, share, layers)
    }
  }

  private func spread(_ modules: String, _ least: Double, _ layers: Double) -> [ClaimPart] {
    guard let profile else {
      return [ClaimPart(what: modules, word: .cannotBeTold, missing: "no model was taken apart")]
    }
    let back = profile.modules?.first { $0.name == modules }?.back
    let whole = "\(modules), put back"
    let interval = back?.interval
    let word: ClaimWord? = interval.map {
      $0.lower >= least ? .holds : $0.upper < least ? .doesNotHold : .cannotBeTold
    }
    let first = ClaimPart(
      what: whole, share: back, word: word ?? .cannotBeTold,
      missing: word == nil ? "it was not asked, or hardly anything was lost" : nil)
    guard let cells = profile.cells, let effective = cells.effectiveLayers else {
      return [first, ClaimPart(what: "spread over layers", word: .cannotBeTold, missing: "there is no map of cells")]
    }
    let found = ClaimPart.Spread(
      effective: effective, interval: cells.effectiveIntervals?.layers, layers: cells.layers.count)
    let needed = layers * Double(found.layers)
    let told: ClaimWord? = found.interval.map {
      $0.lower >= needed ? .holds : $0.upper < needed ? .doesNotHold : .cannotBeTold
    }
    return [first, ClaimPart(what: "spread over layers", spread: found, word: told ?? .cannotBeTold)]
  }

  private func costs(_ method: String, _ claimed: ClosedRange<Double>) -> ClaimPart {
    guard let found = chosen.first(where: { $0.method == method }), let arm = found.arm, let estimate = found.estimate
    else {
      return ClaimPart(what: method, estimate: nil, word: .cannotBeTold, missing: "no rate of it holds the target")
    }
    return part("\(method), at \(arm)", estimate) { interval in
      if claimed.contains(interval.lower), claimed.contains(interval.upper) { return .holds }
      return interval.upper < claimed.lowerBound || interval.lower > claimed.upperBound ? .doesNotHold : .cannotBeTold
    }
  }

  private func keeps(_ name: String, _ within: Double) -> ClaimPart {
    guard let arm = arms[name], let estimate = CostEstimate(arm.runs) else { return missing(name, [name]) }
    return part(name, estimate, of: [arm]) { interval in
      interval.upper <= within ? .holds : interval.lower > within ? .doesNotHold : .cannotBeTold
    }
  }

  private func keepsMore(_ pair: Claim.Pair) -> ClaimPart {
    let what = "\(pair.what): \(pair.arm) beside \(pair.than)"
    guard let arm = arms[pair.arm], let other = arms[pair.than],
      let estimate = CostEstimate(other.runs, less: arm.runs)
    else { return missing(what, [pair.arm, pair.than]) }
    return part(what, estimate, of: [arm, other]) { interval in
      interval.lower > 0 ? .holds : interval.upper < 0 ? .doesNotHold : .cannotBeTold
    }
  }

  /// A part whose word is its interval's over seeds and questions, unless a run of its arms stands apart.
  private func part(
    _ what: String, _ estimate: CostEstimate, of arms: [Arm] = [], word: (Interval) -> ClaimWord
  ) -> ClaimPart {
    if let arm = arms.first(where: { $0.apart > 0 }) {
      return ClaimPart(
        what: what, estimate: estimate, word: .cannotBeTold,
        missing: "\(arm.apart) of \(arm.name)'s runs never held the target")
    }
    guard let interval = estimate.overBoth else {
      return ClaimPart(what: what, estimate: estimate, word: .cannotBeTold, missing: "one training seed alone")
    }
    return ClaimPart(what: what, estimate: estimate, word: word(interval))
  }

  private func missing(_ what: String, _ names: [String]) -> ClaimPart {
    let absent = names.filter { arms[$0]?.runs.isEmpty ?? true }
    let never = absent.filter { (arms[$0]?.apart ?? 0) > 0 }
    let reason =
      !never.isEmpty
      ? "\(never.joined(separator: ", ")) never held the target"
      : absent.isEmpty ? "its runs were not asked the same" : "\(absent.joined(separator: ", ")) not run"
    return ClaimPart(what: what, estimate: nil, word: .cannotBeTold, missing: reason)
  }
}

/// Judges claims by one model's arms, asked in one form.
package struct ClaimJudge: Sendable {
  private let arms: [String: ClaimArm]
  /// Of a model that lost its ability; nil where none was taken apart in this form.
  private let profile: RestorationProfile?
  /// In the methods' order.
  package let chosen: [MethodChoice]

  package init(arms: [ClaimArm], methods: [RecipeMethod], profile: RestorationProfile? = nil) {
    self.profile = profile
    let byName = Dictionary(arms.map { ($0.name, $0) }) { first, _ in first }
    self.arms = byName
    chosen = methods.map { MethodChoice($0, byName) }
  }

  /// What the claim's figures say, part by part.
  package func parts(_ claim: Claim) -> [ClaimPart] {
    switch claim.kind {
    case .costs(let method, let share, let within): [costs(method, (share - within)...(share + within))]
    case .keeps(let names, let within): names.map { keeps($0, within) }
    case .keepsMore(let pairs): pairs.map(keepsMore)
    case .spread(let modules, let than, let share, let layers): spread(modules, than, share, layers)
    }
  }

  private func spread(_ modules: String, _ than: String, _ least: Double, _ layers: Double) -> [ClaimPart] {
    guard let profile else {
      return [ClaimPart(what: modules, word: .cannotBeTold, missing: "no model was taken apart in this form")]
    }
    func word(_ interval: Interval?, _ limit: Double) -> ClaimWord {
      interval.map { $0.lower >= limit ? .holds : $0.upper < limit ? .doesNotHold : .cannotBeTold } ?? .cannotBeTold
    }
    func missing(_ share: LossShare?) -> String? {
      share?.interval == nil ? "it was not asked, or hardly anything was lost" : nil
    }
    let share = profile.modules?.first { $0.name == modules }?.back
    let contrast = profile.contrasts?.first { $0.name == modules && $0.than == than }?.back
    let spread = profile.cells?.spread(of: modules)
    return [
      ClaimPart(
        what: "\(modules), put back", share: share, word: word(share?.interval, least), missing: missing(share)),
      ClaimPart(
        what: "\(modules) beside \(than), put back", contrast: contrast, word: word(contrast?.interval, 0),
        missing: missing(contrast)),
      ClaimPart(
        what: "\(modules), layer by layer", spread: spread,
        word: spread.map { word($0.interval, layers * Double($0.layers)) } ?? .cannotBeTold,
        missing: spread != nil
          ? nil
          : profile.cells == nil
            ? "there is no map of its cells" : "the map of its cells has no such figure"),
    ]
  }

  private func costs(_ method: String, _ claimed: ClosedRange<Double>) -> ClaimPart {
    guard let found = chosen.first(where: { $0.method == method }) else {
      return ClaimPart(what: method, word: .cannotBeTold, missing: "it is none of the methods")
    }
    guard let estimate = found.estimate else {
      return ClaimPart(
        what: method, word: .cannotBeTold,
        missing: found.open.isEmpty ? "no rate of it holds the target in every run" : "no rate of it is run whole")
    }
    let open =
      found.open.isEmpty ? nil : "\(found.open.count) of its \(found.rates.count) rates not run: they may cost less"
    return part("\(method), at \(found.name)", estimate, missing: open) { interval in
      // What is still to be run is chosen only where it costs less.
      if interval.upper < claimed.lowerBound { return .doesNotHold }
      guard open == nil else { return .cannotBeTold }
      if claimed.contains(interval.lower), claimed.contains(interval.upper) { return .holds }
      return interval.lower > claimed.upperBound ? .doesNotHold : .cannotBeTold
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

  /// A part whose word is its interval's over seeds and questions, unless runs of its arms are missing or stand apart.
  private func part(
    _ what: String, _ estimate: CostEstimate, of arms: [ClaimArm] = [], missing: String? = nil,
    word: (Interval) -> ClaimWord
  ) -> ClaimPart {
    if let reason = arms.compactMap(\.missing).first {
      return ClaimPart(what: what, estimate: estimate, word: .cannotBeTold, missing: reason)
    }
    guard let interval = estimate.overBoth else {
      return ClaimPart(what: what, estimate: estimate, word: .cannotBeTold, missing: "one training seed alone")
    }
    return ClaimPart(what: what, estimate: estimate, word: word(interval), missing: missing)
  }

  private func missing(_ what: String, _ names: [String]) -> ClaimPart {
    let absent = names.filter { arms[$0]?.runs.isEmpty ?? true }
    let ended = absent.filter { arms[$0].map { !$0.apart.isEmpty || $0.diverged > 0 } ?? false }
    let reason =
      !ended.isEmpty
      ? "\(ended.joined(separator: ", ")) never held the target"
      : absent.isEmpty
        ? "its runs were not asked the same"
        : absent == [what] ? "not run" : "\(absent.joined(separator: ", ")) not run"
    return ClaimPart(what: what, estimate: nil, word: .cannotBeTold, missing: reason)
  }
}

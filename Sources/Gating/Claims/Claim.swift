/// A sentence about what fine-tuning does, with what would show it.
package struct Claim: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// A method costs a share of the ability, give or take `within`.
    case costs(method: String, share: Double, within: Double)
    /// Each of the arms costs at most a share.
    case keeps(arms: [String], within: Double)
    /// In each pair, the first arm costs less than the second.
    case keepsMore([Pair])
    /// A group of modules, put back in a model that lost, brings back at least a share of the loss, more than another group does, and its
    /// part is spread over at least a share of the layers.
    case spread(modules: String, than: String, share: Double, layers: Double)
  }

  /// Two arms that are put beside each other.
  package struct Pair: Sendable, Hashable, Encodable {
    /// In what, such as "within the task".
    package let what: String
    package let arm: String
    package let than: String

    package init(what: String, arm: String, than: String) {
      self.what = what
      self.arm = arm
      self.than = than
    }
  }

  package let text: String
  package let kind: Kind

  package init(text: String, kind: Kind) {
    self.text = text
    self.kind = kind
  }

  /// The arms that it is about; none of one about a method or about modules.
  package var arms: [String] {
    switch kind {
    case .costs, .spread: []
    case .keeps(let arms, _): arms
    case .keepsMore(let pairs): pairs.flatMap { [$0.arm, $0.than] }
    }
  }

  /// The same claim about other arms, such as those of a model that takes other rates.
  package func renaming(_ names: [String: String]) -> Claim {
    func name(_ arm: String) -> String { names[arm] ?? arm }
    switch kind {
    case .costs, .spread: return self
    case .keeps(let arms, let within): return Claim(text: text, kind: .keeps(arms: arms.map(name), within: within))
    case .keepsMore(let pairs):
      return Claim(
        text: text, kind: .keepsMore(pairs.map { Pair(what: $0.what, arm: name($0.arm), than: name($0.than)) }))
    }
  }
}

/// As a claims' file has it.
extension Claim: Encodable {
  private enum CodingKeys: String, CodingKey {
    case claim, costs, keeps, spread
    case keepsMore = "keeps_more"
  }
  private struct Costs: Encodable { let method: String, share: Double, within: Double }
  private struct Keeps: Encodable { let arms: [String], within: Double }
  private struct Spread: Encodable { let modules: String, than: String, share: Double, layers: Double }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(text, forKey: .claim)
    switch kind {
    case .costs(let method, let share, let within):
      try fields.encode(Costs(method: method, share: share, within: within), forKey: .costs)
    case .keeps(let arms, let within): try fields.encode(Keeps(arms: arms, within: within), forKey: .keeps)
    case .spread(let modules, let than, let share, let layers):
      try fields.encode(Spread(modules: modules, than: than, share: share, layers: layers), forKey: .spread)
    case .keepsMore(let pairs): try fields.encode(pairs, forKey: .keepsMore)
    }
  }
}

/// What was measured of a claim.
package enum ClaimWord: String, Sendable, Hashable, Codable {
  case holds
  case doesNotHold = "does not hold"
  /// The interval has both in it, or something is missing.
  case cannotBeTold = "cannot be told"

  /// Of several parts: one that does not hold denies the whole, and all must hold for it.
  package init(_ parts: [ClaimWord]) {
    self =
      parts.contains(.doesNotHold)
      ? .doesNotHold : parts.allSatisfy { $0 == .holds } && !parts.isEmpty ? .holds : .cannotBeTold
  }
}

/// One figure that a claim stands on.
package struct ClaimPart: Sendable, Hashable, Codable {
  /// Such as an arm's name.
  package let what: String
  package let estimate: CostEstimate?
  /// Of a claim about where the ability lies: what modules bring back of the loss.
  package let share: LossShare?
  /// How much more of it than others do.
  package let contrast: LossShare?
  /// And over how many layers it is spread.
  package let spread: LayerSpread?
  package let word: ClaimWord
  /// Why nothing can be told, where it is not the figure's own width; or what the figure is without.
  package let missing: String?

  package init(
    what: String, estimate: CostEstimate? = nil, share: LossShare? = nil, contrast: LossShare? = nil,
    spread: LayerSpread? = nil, word: ClaimWord, missing: String? = nil
  ) {
    self.what = what
    self.estimate = estimate
    self.share = share
    self.contrast = contrast
    self.spread = spread
    self.word = word
    self.missing = missing
  }
}

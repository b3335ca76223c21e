/// A sentence about what fine-tuning does, with what would show it.
package struct Claim: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// A method costs a share of the ability, give or take `within`.
    case costs(method: String, share: Double, within: Double)
    /// Each of the arms costs at most a share.
    case keeps(arms: [String], within: Double)
    /// In each pair, the first arm costs less than the second.
    case keepsMore([Pair])
  }

  /// Two arms that differ in one thing.
  package struct Pair: Sendable, Hashable {
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
  package let word: ClaimWord
  /// Why nothing can be told where there is no figure; nil with one.
  package let missing: String?

  package init(what: String, estimate: CostEstimate?, word: ClaimWord, missing: String? = nil) {
    self.what = what
    self.estimate = estimate
    self.word = word
    self.missing = missing
  }
}

import Foundation

/// Evidence that grows by betting against "the mean is on the wrong side of m", valid at whatever moment it is looked at.
///
/// I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting", arXiv 2010.09686: for d in [-1, 1],
/// E = Π(1 + λ_i (d_i - m)) against "mean ≤ m" with 0 ≤ λ_i ≤ .9/(1 + m), or E = Π(1 - λ_i (d_i - m)) against "mean ≥ m" with
/// 0 ≤ λ_i ≤ .9/(1 - m). By Ville's inequality P(E ever reaches 1/α) ≤ α where the claim bet against is true.
///
/// The bets are their approximate GRAPA, λ_i = clip(±(μ̂ - m)/(σ̂² + (μ̂ - m)²)), from past values only, with their start, moved from
/// [0, 1] to [-1, 1]: μ̂ = Σ d/(i + 1) and σ̂² = (1 + Σ (d_j - μ̂_j)²)/(i + 1), one imagined value in the middle with variance 1.
package struct BettingProcess: Sendable, Hashable {
  /// Which side of m the evidence speaks for.
  package enum Side: Sendable, Hashable { case above, below }

  package let side: Side
  /// m.
  package let threshold: Double
  /// log E.
  package private(set) var logEvidence = 0.0
  /// log of the largest E so far, which Ville's inequality is about.
  package private(set) var largestLogEvidence = 0.0
  /// Values seen.
  package private(set) var count = 0
  /// λ for the next value.
  package private(set) var bet = 0.0

  private let largestBet: Double
  private var sum = 0.0
  private var squares = 1.0

  /// - Parameters:
  ///   - threshold: m, in (-1, 1).
  ///   - cap: the share of the evidence that one value can cost at most, in (0, 1).
  /// - Returns: nil where either lies outside its range.
  package init?(_ side: Side, threshold: Double, cap: Double = 0.9) {
    guard threshold > -1, threshold < 1, cap > 0, cap < 1 else { return nil }
    self.side = side
    self.threshold = threshold
    largestBet = cap / (side == .above ? 1 + threshold : 1 - threshold)
    placeBet()
  }

  /// Bets on one more value, by what came before it.
  ///
  /// - Parameter value: in [-1, 1]. What lies outside counts as the nearest end, what is no number as the end that speaks most
  ///   against the evidence.
  package mutating func observe(_ value: Double) {
    let sign = side == .above ? 1.0 : -1.0
    let seen = value.isNaN ? -sign : min(max(value, -1), 1)
    logEvidence += log1p(bet * sign * (seen - threshold))
    largestLogEvidence = max(largestLogEvidence, logEvidence)
    count += 1
    sum += seen
    let deviation = seen - sum / Double(count + 1)
    squares += deviation * deviation
    placeBet()
  }

  /// Whether E has ever reached 1/α.
  package func isProven(alpha: Double) -> Bool { largestLogEvidence >= -log(alpha) }

  /// min(1, 1/largest E): a p value that stays valid at every look.
  package var pValue: Double { min(1, exp(-largestLogEvidence)) }

  private mutating func placeBet() {
    let values = Double(count + 1)
    let distance = (sum / values - threshold) * (side == .above ? 1 : -1)
    bet = min(max(distance / (squares / values + distance * distance), 0), largestBet)
  }
}

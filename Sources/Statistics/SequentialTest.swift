/// The overall rule over single block means in one random order, stopping as soon as either verdict is proven.
///
/// Two `BettingProcess`es about m = -δ. The sequential test has a share of each error and leaves the rest to the clustered t at
/// the end: α_pass = .01 + .04, α_fail = .004 + .006. It tests the mean over blocks: where families differ in their number of
/// blocks, draw the order so that each family comes as often.
package struct SequentialTest: Sendable, Hashable {
  /// How an error is split between the sequential test and the one at the end.
  package struct Levels: Sendable, Hashable {
    package let sequential: Double
    package let final: Double

    package init(sequential: Double, final: Double) {
      self.sequential = sequential
      self.final = final
    }

    /// Of α_pass = .05.
    package static let pass = Levels(sequential: 0.01, final: 0.04)
    /// Of α_fail = .01.
    package static let fail = Levels(sequential: 0.004, final: 0.006)

    /// The level of each of several looks declared beforehand, at least 1 (Bonferroni): final / looks.
    package func level(looks: Int) -> Double { final / Double(max(1, looks)) }
  }

  package private(set) var passing: BettingProcess
  package private(set) var failing: BettingProcess
  package let passLevels: Levels
  package let failLevels: Levels
  /// What was proven first; nothing seen later changes it.
  package private(set) var outcome: Settlement.Direction?
  /// The values after which it was proven.
  package private(set) var stoppedAfter: Int?

  /// - Parameter margin: δ, in (-1, 1).
  /// - Returns: nil where it lies outside.
  package init?(margin: Double, passLevels: Levels = .pass, failLevels: Levels = .fail) {
    guard let passing = BettingProcess(.above, threshold: -margin),
      let failing = BettingProcess(.below, threshold: -margin)
    else { return nil }
    self.passing = passing
    self.failing = failing
    self.passLevels = passLevels
    self.failLevels = failLevels
  }

  /// One more block's mean of t - b.
  ///
  /// - Returns: what is proven by now; nil while nothing is.
  @discardableResult
  package mutating func observe(_ blockMean: Double) -> Settlement.Direction? {
    if outcome != nil { return outcome }
    passing.observe(blockMean)
    failing.observe(blockMean)
    if failing.isProven(alpha: failLevels.sequential) {
      outcome = .fail
    } else if passing.isProven(alpha: passLevels.sequential) {
      outcome = .pass
    }
    if outcome != nil { stoppedAfter = passing.count }
    return outcome
  }
}

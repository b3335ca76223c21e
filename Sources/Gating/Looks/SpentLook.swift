import Statistics
import Suites

/// A look at a candidate that may not be the first: what of α it may spend.
///
/// Whoever reads more of the suite because the verdict was INCONCLUSIVE looks again at a superset of the same blocks. Were each look judged at
/// the whole α, a candidate at the margin would PASS in 11 to 12 of a hundred cases, not 5.
package struct SpentLook: Sendable, Hashable {
  private let share: Share
  private let declared: Share
  private let earlier: [Share]

  /// - Parameters:
  ///   - share: of every task's blocks that is read.
  ///   - earlier: the shares at which the same model was judged by the same baseline before.
  ///   - declared: the share that counts as all: a team that never reads more spends all of α there.
  package init(_ share: Share, after earlier: [Share] = [], declared: Share = .all) {
    self.share = share
    self.declared = declared
    self.earlier = Set(earlier).subtracting([share]).sorted()
  }

  /// A first look at everything, which has all of α.
  package static let whole = SpentLook(.all)

  private var spending: AlphaSpending {
    AlphaSpending(
      fraction: share.fraction / declared.fraction, after: earlier.map { $0.fraction / declared.fraction })
  }

  /// The levels of one PASS and of one of several FAILs at this look; 0 where more was read before, whatever is declared by now.
  func level(_ alpha: Double) -> Double {
    earlier.contains { $0 > share } ? 0 : spending.level(alpha: alpha)
  }

  /// Whether it is a first look at all that was declared.
  var isWhole: Bool { earlier.isEmpty && share >= declared }

  /// What a report says of it, for rules with such errors.
  func report(alphaPass: Double, alphaFail: Double) -> LookReport {
    LookReport(
      number: spending.look, share: share, declared: declared == .all ? nil : declared, earlier: earlier,
      alphaPass: level(alphaPass), alphaFail: level(alphaFail))
  }
}

/// Which look at a candidate a verdict is, and what it was judged at.
package struct LookReport: Sendable, Hashable, Codable {
  /// From 1.
  package let number: Int
  /// The share of every task's blocks that it read.
  package let share: Share
  /// The share that counts as all; nil for all of them.
  package let declared: Share?
  /// The shares of the looks before, ascending.
  package let earlier: [Share]
  /// The levels of this look, for one test each.
  package let alphaPass: Double
  package let alphaFail: Double

  /// Every share that was judged by then.
  package var shares: [Share] { earlier + [share] }

  /// "look 2 at this model by this baseline, at share 1/1 after 1/2: PASS is judged at α 0.02972 …"
  package var text: String {
    let before = earlier.isEmpty ? "" : " after \(earlier.map(\.description).joined(separator: ", "))"
    return
      "look \(number) at this model by this baseline, at share \(share)\(before): PASS is judged at α "
      + "\(level(alphaPass)) and FAIL at \(level(alphaFail)), so that all looks together keep their errors"
  }

  private func level(_ alpha: Double) -> String { "\((alpha * 1e5).rounded() / 1e5)" }

  enum CodingKeys: String, CodingKey {
    case number, share, declared, earlier
    case alphaPass = "alpha_pass"
    case alphaFail = "alpha_fail"
  }
}

import Statistics
import Suites

/// A look at a candidate that may not be the first: what of α it may spend.
///
/// Whoever reads more of the suite because the verdict was INCONCLUSIVE looks again at a superset of the same blocks. Were each look judged at
/// the whole α, a candidate at the margin would PASS in 11 to 12 of a hundred cases, not 5.
package struct SpentLook: Sendable, Hashable {
  private let spending: AlphaSpending
  private let share: Double
  private let declared: Double
  private let earlier: [Double]

  /// - Parameters:
  ///   - share: of every task's blocks that is read.
  ///   - earlier: the shares at which the same model was judged by the same baseline before.
  ///   - declared: the share that counts as all: a team that never reads more spends all of α there.
  package init(_ share: Share, after earlier: [Double] = [], declared: Share = .all) {
    let all = declared.fraction
    self.share = share.fraction
    self.declared = all
    self.earlier = Set(earlier.filter { abs($0 - share.fraction) > 1e-9 }).sorted()
    spending = AlphaSpending(fraction: share.fraction / all, after: self.earlier.map { $0 / all })
  }

  /// A first look at everything, which has all of α.
  package static let whole = SpentLook(.all)

  /// What a later look finds before it.
  package var shares: [Double] { earlier + [share] }

  /// The levels of one PASS and of one of several FAILs at this look.
  func level(_ alpha: Double) -> Double { spending.level(alpha: alpha) }

  /// Whether it is a first look at everything.
  var isWhole: Bool { spending.fractions == [1] }

  /// What a report says of it, for rules with such errors.
  func report(alphaPass: Double, alphaFail: Double) -> LookReport {
    LookReport(
      number: spending.look, share: share, declared: declared == 1 ? nil : declared, earlier: earlier,
      alphaPass: level(alphaPass), alphaFail: level(alphaFail))
  }
}

/// Which look at a candidate a verdict is, and what it was judged at.
package struct LookReport: Sendable, Hashable, Codable {
  /// From 1.
  package let number: Int
  /// The share of every task's blocks that it read.
  package let share: Double
  /// The share that counts as all; nil for all of them.
  package let declared: Double?
  /// The shares of the looks before, ascending.
  package let earlier: [Double]
  /// The levels of this look, for one test each.
  package let alphaPass: Double
  package let alphaFail: Double

  /// "look 2 at this model, at 100.0 % of the blocks after 50.0 %: judged at α 0.0297 …"
  package var text: String {
    let before = earlier.isEmpty ? "" : " after \(earlier.map { "\(points($0)) %" }.joined(separator: ", "))"
    return
      "look \(number) at this model by this baseline, at \(points(share)) % of the blocks\(before): PASS is judged at α "
      + "\(level(alphaPass)) and FAIL at \(level(alphaFail)), so that all looks together keep their errors"
  }

  private func level(_ alpha: Double) -> String { "\((alpha * 1e5).rounded() / 1e5)" }

  enum CodingKeys: String, CodingKey {
    case number, share, declared, earlier
    case alphaPass = "alpha_pass"
    case alphaFail = "alpha_fail"
  }
}

extension Share {
  /// As a number above 0 and at most 1.
  package var fraction: Double { Double(numerator) / Double(denominator) }
}

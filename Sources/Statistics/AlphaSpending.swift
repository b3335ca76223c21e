import Foundation
import Synchronization

/// What each of several looks at growing evidence may spend of one α: α(t) = α ln(1 + (e - 1) t) of the fraction t of the blocks read, the
/// Pocock-like function of K. Lan and D. DeMets ("Discrete sequential boundaries for clinical trials", Biometrika 70, 1983).
///
/// A look is judged at its *nominal* level: the one-sided level at which "no earlier look crossed its own, and this one does" has just the
/// probability that is left to spend. The mean over t of the blocks is taken as Brownian motion, so that two looks correlate by √(t₁/t₂); the
/// probability is integrated look by look (P. Armitage, C. McPherson, B. Rowe, 1969). Looks need not be planned: only their fractions
/// count, and these must not depend on what was seen.
package struct AlphaSpending: Sendable, Hashable {
  /// The fractions of the looks so far, ascending, the present one last; each in (0, 1].
  package let fractions: [Double]

  /// - Parameters:
  ///   - fraction: of the blocks that the present look reads, in (0, 1]; more counts as 1.
  ///   - earlier: of the looks before, in any order. One at the present fraction is the present look once more, and one beyond it leaves
  ///     nothing to spend.
  package init(fraction: Double, after earlier: [Double] = []) {
    let present = min(1, max(Self.leastStep, fraction))
    let before = earlier.filter { $0 > 0 }.map { min(1, $0) }.filter { abs($0 - present) > 1e-9 }
    fractions = Set(before).sorted() + [present]
  }

  /// α(t) as a share of α.
  package static func spent(at fraction: Double) -> Double { log1p((M_E - 1) * min(1, max(0, fraction))) }

  /// Which look the present one is, from 1.
  package var look: Int { fractions.count }

  /// The level at which the present look is judged, for one test whose α over all looks is given; 0 where more was read before.
  package func level(alpha: Double) -> Double {
    guard let present = fractions.last, alpha > 0 else { return 0 }
    let earlier = fractions.dropLast()
    guard let latest = earlier.last else { return alpha * Self.spent(at: present) }
    guard latest < present else { return 0 }
    let key = Key(fractions: fractions, alpha: alpha)
    if let known = Self.known.withLock({ $0[key] }) { return known }
    let level = integrated(earlier, present, alpha)
    Self.known.withLock { $0[key] = level }
    return level
  }

  private struct Key: Hashable {
    let fractions: [Double]
    let alpha: Double
  }

  /// Levels that were asked for before: Holm's procedure asks the same ones of every candidate.
  private static let known = Mutex<[Key: Double]>([:])

  private func integrated(_ earlier: ArraySlice<Double>, _ present: Double, _ alpha: Double) -> Double {
    var density = Density()
    var before = 0.0
    for fraction in earlier {
      let cumulative = alpha * Self.spent(at: fraction)
      density.advance(to: fraction, spending: cumulative - before)
      before = cumulative
    }
    return density.level(at: present, spending: alpha * Self.spent(at: present) - before)
  }

  /// Steps of less are too narrow for the grid: such a look gets what it may spend as it is, which is never too much.
  fileprivate static let leastStep = 1.0 / 1024
}

/// The density of a standard Brownian motion that no look has stopped yet, on a grid below the last boundary.
private struct Density {
  private var time = 0.0
  private var points: [Double] = []
  /// Density times the grid's weight.
  private var weights: [Double] = []

  /// Enough for the narrowest step between two looks.
  private static func intervals(_ span: Double, step: Double) -> Int {
    min(1600, max(240, 2 * Int((span / step * 2).rounded(.up))))
  }

  /// How far below 0 the grid begins, in standard deviations.
  private static let reach = 7.5

  /// Moves on to a look and takes away what crosses there.
  mutating func advance(to next: Double, spending: Double) {
    let boundary = boundary(at: next, spending: spending)
    let low = -Self.reach * next.squareRoot()
    let intervals = Self.intervals(boundary - low, step: (next - time).squareRoot())
    let step = (boundary - low) / Double(intervals)
    var points: [Double] = []
    var weights: [Double] = []
    for index in 0...intervals {
      let point = low + Double(index) * step
      // Simpson's rule.
      let factor = index == 0 || index == intervals ? 1.0 : index.isMultiple(of: 2) ? 2 : 4
      points.append(point)
      weights.append(density(at: point, next) * factor * step / 3)
    }
    (self.points, self.weights, time) = (points, weights, next)
  }

  /// The nominal one-sided level whose boundary spends so much at the next look.
  func level(at next: Double, spending: Double) -> Double {
    guard next - time >= AlphaSpending.leastStep else { return max(0, spending) }
    // No boundary spends more than it does alone, and none needs a level below what it spends.
    return min(1, max(spending, StandardNormal.upperTail(boundary(at: next, spending: spending) / next.squareRoot())))
  }

  /// The boundary of the motion itself, not of z.
  private func boundary(at next: Double, spending: Double) -> Double {
    let deviation = next.squareRoot()
    guard next - time >= AlphaSpending.leastStep else { return -StandardNormal.quantile(spending) * deviation }
    var (low, high) = (-2.0, 9.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if crossing(middle * deviation, next) > spending { low = middle } else { high = middle }
    }
    return high * deviation
  }

  /// P(beyond the boundary at the next look, and below all before).
  private func crossing(_ boundary: Double, _ next: Double) -> Double {
    guard !points.isEmpty else { return StandardNormal.upperTail(boundary / next.squareRoot()) }
    let deviation = (next - time).squareRoot()
    var sum = 0.0
    for (point, weight) in zip(points, weights) {
      sum += weight * StandardNormal.upperTail((boundary - point) / deviation)
    }
    return sum
  }

  private func density(at point: Double, _ next: Double) -> Double {
    guard !points.isEmpty else { return Self.normal(point, deviation: next.squareRoot()) }
    let deviation = (next - time).squareRoot()
    var sum = 0.0
    for (earlier, weight) in zip(points, weights) { sum += weight * Self.normal(point - earlier, deviation: deviation) }
    return sum
  }

  private static func normal(_ value: Double, deviation: Double) -> Double {
    let z = value / deviation
    return exp(-z * z / 2) / (deviation * (2 * Double.pi).squareRoot())
  }
}

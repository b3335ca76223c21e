import Foundation

/// The standard normal distribution.
package enum StandardNormal {
  /// P(Z ≤ x).
  package static func cdf(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  /// P(Z > x), exact in the far tail too.
  package static func upperTail(_ x: Double) -> Double { cdf(-x) }

  /// The z with P(Z ≤ z) = p; infinite at 0 and 1, NaN outside [0, 1].
  package static func quantile(_ p: Double) -> Double {
    symmetricQuantile(p, upperTail: upperTail, density: density)
  }

  static func density(_ x: Double) -> Double { exp(-0.5 * x * x) / (2 * Double.pi).squareRoot() }
}

/// Student's t distribution.
package struct StudentT: Sendable, Hashable {
  /// Any positive number: Satterthwaite's are rarely whole.
  package let degreesOfFreedom: Double

  /// Above this the continued fraction loses digits and the expansion about the normal distribution has them all.
  private static let nearlyNormal = 1e4
  /// Above this it is the normal distribution to the last digit.
  private static let normal = 1e18

  package init(degreesOfFreedom: Double) { self.degreesOfFreedom = degreesOfFreedom }

  /// P(T ≤ t), NaN where the degrees of freedom are not positive.
  package func cdf(_ t: Double) -> Double { upperTail(-t) }

  /// P(T > t): half of I_x(ν/2, 1/2) with x = ν / (ν + t²) for t ≥ 0, exact in the far tail too.
  package func upperTail(_ t: Double) -> Double {
    guard degreesOfFreedom > 0, !t.isNaN else { return .nan }
    if t.isInfinite { return t > 0 ? 0 : 1 }
    if degreesOfFreedom > Self.nearlyNormal { return StandardNormal.upperTail(normalDeviate(t)) }
    let ratio = t * (t / degreesOfFreedom)
    let x = 1 / (1 + ratio)
    let y = ratio.isInfinite ? 1 : ratio / (1 + ratio)
    let half = 0.5 * regularizedIncompleteBeta(x, a: 0.5 * degreesOfFreedom, b: 0.5, complement: y)
    return t >= 0 ? half : 1 - half
  }

  /// The t with P(T ≤ t) = p; infinite at 0 and 1, NaN outside [0, 1].
  package func quantile(_ p: Double) -> Double {
    guard degreesOfFreedom > 0 else { return .nan }
    return symmetricQuantile(p, upperTail: upperTail, density: density)
  }

  /// The z whose normal tail is t's, for many degrees of freedom: G. Hill, "Algorithm 395: Student's t-distribution",
  /// Communications of the ACM 13, 1970.
  private func normalDeviate(_ t: Double) -> Double {
    if degreesOfFreedom > Self.normal { return t }
    let a = degreesOfFreedom - 0.5
    let b = 48 * a * a
    let square = a * log1p(t * (t / degreesOfFreedom))
    // The tail is 0 by then, and the terms may be infinite.
    guard square < 1e4 else { return t < 0 ? -square.squareRoot() : square.squareRoot() }
    let first = (square + 3) / b
    let second = (((4 * square + 33) * square + 240) * square + 855) / (10 * b * (b + 0.8 * square * square + 100))
    let w = square.squareRoot() * (1 + first - second)
    return t < 0 ? -w : w
  }

  private func density(_ t: Double) -> Double {
    if degreesOfFreedom > Self.normal { return StandardNormal.density(t) }
    let kernel = -0.5 * (degreesOfFreedom + 1) * log1p(t * (t / degreesOfFreedom))
    return exp(kernel - logBeta(0.5 * degreesOfFreedom, 0.5)) / degreesOfFreedom.squareRoot()
  }
}

/// The quantile of a distribution that is symmetric about 0, by Newton's method on the logarithm of its upper tail, kept
/// inside a bracket so that it always converges.
private func symmetricQuantile(
  _ p: Double, upperTail: (Double) -> Double, density: (Double) -> Double
) -> Double {
  guard p >= 0, p <= 1 else { return .nan }
  if p == 0.5 { return 0 }
  if p > 0.5 { return -symmetricQuantile(1 - p, upperTail: upperTail, density: density) }
  if p == 0 { return -.infinity }

  var low = 0.0
  var high = 1.0
  while upperTail(high) > p {
    low = high
    high *= 2
    if high.isInfinite { return -.infinity }
  }
  var x = low
  for _ in 0..<200 {
    let tail = upperTail(x)
    if tail > p { low = x } else { high = x }
    var next = x + tail * log(tail / p) / density(x)
    if !(next > low && next < high) { next = low + 0.5 * (high - low) }
    if abs(next - x) <= 1e-15 * abs(next) { return -next }
    x = next
  }
  return -x
}

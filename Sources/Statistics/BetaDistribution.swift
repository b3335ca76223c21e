import Foundation

/// The beta distribution on [0, 1]: P(X ≤ x) = I_x(a, b).
package struct BetaDistribution: Sendable, Hashable {
  /// Above 0, like b; every answer is NaN otherwise.
  package let a: Double
  package let b: Double

  package init(a: Double, b: Double) {
    self.a = a
    self.b = b
  }

  /// P(X ≤ x): 0 below the interval, 1 above it.
  package func cdf(_ x: Double) -> Double {
    let inside = x.isNaN ? x : min(max(x, 0), 1)
    return regularizedIncompleteBeta(inside, a: a, b: b)
  }

  /// P(X > x), exact in the far tail too.
  package func upperTail(_ x: Double) -> Double {
    let inside = x.isNaN ? x : min(max(x, 0), 1)
    return regularizedIncompleteBeta(1 - inside, a: b, b: a, complement: inside)
  }

  /// The x with P(X ≤ x) = p; NaN outside [0, 1].
  ///
  /// Newton's method, kept inside a bracket so that it always converges, between the logarithm of the smaller tail and the
  /// logarithm of x or 1 - x, whichever is smaller: in the far tail I_x(a, b) is x^a over a constant, a straight line there.
  package func quantile(_ p: Double) -> Double {
    guard a > 0, b > 0, a.isFinite, b.isFinite, p >= 0, p <= 1 else { return .nan }
    if p == 0 || p == 1 { return p }
    let nearZero = p <= cdf(0.5)
    let fromBelow = p <= 0.5
    let target = log(fromBelow ? p : 1 - p)
    let rises = nearZero == fromBelow
    // No positive number is below exp(-746).
    var low = -746.0
    var high = log(0.5)
    var position = max(low, min(high, nearZero ? (target + log(a) + logBeta(a, b)) / a : 0.5 * high))
    for _ in 0..<300 {
      let near = exp(position)
      let (x, y) = nearZero ? (near, 1 - near) : (1 - near, near)
      let tail =
        fromBelow
        ? regularizedIncompleteBeta(x, a: a, b: b, complement: y)
        : regularizedIncompleteBeta(y, a: b, b: a, complement: x)
      let miss = log(tail) - target
      if (miss > 0) == rises { high = position } else { low = position }
      // The density times `near`, over the tail: the slope of the one logarithm by the other.
      let slope = exp(logBetaKernel(x, y, a: a, b: b)) / (nearZero ? y : x) / tail
      var next = position - miss / (rises ? slope : -slope)
      if !(next > low && next < high) { next = low + 0.5 * (high - low) }
      if abs(next - position) <= 1e-15 * abs(next) { break }
      position = next
    }
    return nearZero ? exp(position) : 1 - exp(position)
  }
}

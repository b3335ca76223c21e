import Diagnostics

/// A fixed share of every task's blocks: the first ⌈n · share⌉ in the task's block order, at least one.
///
/// A share is always the same blocks, so that two runs of one share compare, and a larger share contains a smaller one.
package struct Share: Sendable, Hashable, CustomStringConvertible {
  package let numerator: Int
  package let denominator: Int

  /// Every block.
  package static let all = Share(numerator: 1, denominator: 1)
  package static let quarter = Share(numerator: 1, denominator: 4)
  package static let eighth = Share(numerator: 1, denominator: 8)

  /// The smaller of the two.
  package func atMost(_ other: Share) -> Share {
    numerator * other.denominator <= other.numerator * denominator ? self : other
  }

  private init(numerator: Int, denominator: Int) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Reads a fraction above 0 and at most 1: "1/4", or "1" for everything.
  ///
  /// - Parameter option: what the text is called where it was typed, for the message.
  /// - Throws: `InputError` where the text is anything else.
  package init(parsing text: String, option: String = "--share") throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    let remedy: ShownText = "write a fraction such as 1/4"
    guard let numerator = parts[0], parts.count <= 2, let denominator = parts.count == 2 ? parts[1] : 1 else {
      throw InputError(option, "'\(text)' is not a fraction", remedy: remedy)
    }
    guard (1...10_000).contains(denominator), (1...denominator).contains(numerator) else {
      throw InputError(option, "'\(text)' is not above 0 and at most 1", remedy: remedy)
    }
    let divisor = Self.greatestCommonDivisor(numerator, denominator)
    self.init(numerator: numerator / divisor, denominator: denominator / divisor)
  }

  /// So many parts of it, such as three eighths.
  ///
  /// - Throws: `InputError` where the denominator would be too large.
  package func part(_ parts: Int, of whole: Int) throws -> Share {
    try Share(parsing: "\(numerator * parts)/\(denominator * whole)")
  }

  /// The larger of this and another one that is known as a number, at most a third.
  package func atLeast(_ fraction: Double, upTo most: Share) -> Share {
    let own = Double(numerator) / Double(denominator)
    guard fraction > own + 1e-9 else { return self }
    let other = (1...1024).lazy.compactMap { denominator -> Share? in
      let numerator = (fraction * Double(denominator)).rounded()
      return abs(numerator / Double(denominator) - fraction) < 1e-9
        ? Share(numerator: Int(numerator), denominator: denominator) : nil
    }.first
    return (other ?? most).atMost(most)
  }

  /// How many of `count` blocks the share takes: ⌈count · share⌉, at least 1 where there is any.
  package func blocks(of count: Int) -> Int {
    // Quotient and remainder apart, so that no count can overflow.
    let (whole, rest) = count.quotientAndRemainder(dividingBy: denominator)
    return whole * numerator + (rest * numerator + denominator - 1) / denominator
  }

  package var description: String { "\(numerator)/\(denominator)" }

  private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    second == 0 ? first : greatestCommonDivisor(second, first % second)
  }
}

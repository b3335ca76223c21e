import Diagnostics

/// A fixed share of every task's blocks: the first ⌈n · share⌉ in the task's block order, at least one.
///
/// A share is always the same blocks, so that two runs of one share compare, and a larger share contains a smaller one.
package struct Share: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let numerator: Int
  package let denominator: Int

  /// Every block.
  package static let all = Share(numerator: 1, denominator: 1)
  package static let quarter = Share(numerator: 1, denominator: 4)
  package static let eighth = Share(numerator: 1, denominator: 8)

  package static func < (first: Share, second: Share) -> Bool {
    first.numerator * second.denominator < second.numerator * first.denominator
  }

  /// As a number above 0 and at most 1.
  package var fraction: Double { Double(numerator) / Double(denominator) }

  private init(numerator: Int, denominator: Int) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Reads a fraction above 0 and at most 1: "1/4", or "1" for everything.
  ///
  /// - Parameter option: what the text is called where it was typed, for the message.
  /// - Throws: `InputError` where the text is anything else.
  package init(parsing text: String, option: String = "--share") throws {
    if text.hasSuffix("%"), let percent = Int(text.dropLast().trimmingCharacters(in: .whitespaces)) {
      guard (1...100).contains(percent) else {
        throw InputError(
          option, "'\(text)' is not above 0 and at most 100%", remedy: "write a share such as 25%, or 1/4")
      }
      self = try Share(parsing: "\(percent)/100", option: option)
      return
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    let remedy: ShownText = "write a fraction such as 1/4, or 25%"
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

extension Share: Codable {
  /// As it is typed: "3/8". A number is what the first ledgers kept of a look.
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    let number = try? value.decode(Double.self)
    let text =
      try number.map { $0 > 0 && $0 <= 1 ? "\(Int(max(1, ($0 * 1024).rounded())))/1024" : "" }
      ?? value.decode(String.self)
    do {
      try self.init(parsing: text)
    } catch {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a share"))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(description)
  }
}

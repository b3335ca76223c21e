/// How much of a fine-tuning is kept: a number of equal steps, 0 for the base model and all of them for the candidate as it is. Shares of one
/// grid are compared.
package struct GridShare: Sendable, Hashable, Comparable, CustomStringConvertible, Encodable {
  /// Steps of interpolation and scaling: exact in binary, so that a share is the same number in every precision.
  package static let steps = 32
  package static let none = GridShare(numerator: 0)
  package static let whole = GridShare(numerator: steps)

  /// In 0...parts.
  package let numerator: Int
  /// The steps of its grid.
  package let parts: Int

  package init(numerator: Int, of parts: Int = steps) {
    self.numerator = numerator
    self.parts = parts
  }

  /// In 0...1.
  package var value: Double { Double(numerator) / Double(parts) }

  package var description: String { "\(numerator)/\(parts)" }

  package static func < (first: GridShare, second: GridShare) -> Bool {
    first.numerator * second.parts < second.numerator * first.parts
  }

  /// As its value.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

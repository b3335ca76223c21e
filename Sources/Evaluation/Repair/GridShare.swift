/// How much of a fine-tuning is kept: a number of 32nds, 0 for the base model and 32 for the candidate as it is.
package struct GridShare: Sendable, Hashable, Comparable, CustomStringConvertible, Encodable {
  /// Parts of the whole: exact in binary, so that a share is the same number in every precision.
  package static let parts = 32
  package static let none = GridShare(numerator: 0)
  package static let whole = GridShare(numerator: parts)

  /// In 0...32.
  package let numerator: Int

  package init(numerator: Int) { self.numerator = numerator }

  /// In 0...1.
  package var value: Double { Double(numerator) / Double(Self.parts) }

  package var description: String { "\(numerator)/\(Self.parts)" }

  package static func < (first: GridShare, second: GridShare) -> Bool { first.numerator < second.numerator }

  /// As its value.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

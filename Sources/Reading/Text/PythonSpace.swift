/// White space as Python strips it: what Jinja's templates, lm-evaluation-harness and trainers take for it.
extension Unicode.Scalar {
  /// What Python's `str.strip` takes: Unicode's white space and the four information separators.
  package var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}

extension String {
  /// The ends of a text that are stripped.
  package struct StripSides: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package static let start = StripSides(rawValue: 1)
    package static let end = StripSides(rawValue: 2)
    package static let both: StripSides = [.start, .end]
  }

  /// Python's `strip`, `lstrip` and `rstrip`: without the white space at its ends, or without the characters of a set.
  package func stripped(_ sides: StripSides = .both, of characters: String? = nil) -> String {
    let set = characters.map { Set($0.unicodeScalars) }
    func goes(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.isPythonSpace }
    var rest = unicodeScalars[...]
    if sides.contains(.start) { rest = rest.drop(while: goes) }
    if sides.contains(.end) { while let last = rest.last, goes(last) { rest.removeLast() } }
    return String(Substring(rest))
  }
}

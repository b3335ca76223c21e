import Patterns

/// The classes of characters that the pre-tokenising expressions speak of, one byte of flags for every code point.
///
/// They are those of the expressions' own engine and not of Swift's Unicode tables, which are a newer version: a
/// letter that one of them does not know yet would be cut differently, and token ids must be equal.
struct ScalarClass: Sendable {
  static let letter: UInt8 = 1
  static let number: UInt8 = 2
  static let space: UInt8 = 4
  /// `[\r\n]`; `space` is set as well.
  static let newline: UInt8 = 8
  /// A digit to the step that isolates digits: `number` and the ones of newer versions of Unicode.
  static let digit: UInt8 = 16
  /// What the step that cuts words and what is between them takes for a part of a word.
  static let word: UInt8 = 32
  /// What the step that cuts around punctuation takes for it: ASCII's, and `\p{P}`.
  static let punctuation: UInt8 = 64
  /// What reading beyond the end of the text answers.
  static let end: UInt8 = 128
  /// Everything that `[^\s\p{L}\p{N}]` does not match, the end included.
  static let notOther = letter | number | space | end

  static let shared = ScalarClass()

  private let flags: [UInt8]

  private init() {
    var flags = [UInt8](repeating: 0, count: 0x110000)
    func mark(_ flag: UInt8, _ set: ScalarSet) {
      for scalar in set.ranges.joined() { flags[Int(scalar)] |= flag }
    }
    mark(Self.letter, CharacterProperty.category { $0.hasPrefix("L") })
    mark(Self.number | Self.digit, CharacterProperty.category { $0.hasPrefix("N") })
    mark(Self.digit, ScalarSet(gapsAndLengths: UnicodeRanges.newerDigits))
    mark(Self.space, CharacterProperty.space)
    mark(Self.word, CharacterProperty.wordInClass)
    mark(Self.word, ScalarSet(gapsAndLengths: UnicodeRanges.newerWords))
    mark(Self.punctuation, ScalarSet(gapsAndLengths: UnicodeRanges.punctuation))
    flags[0x0A] |= Self.newline
    flags[0x0D] |= Self.newline
    self.flags = flags
  }

  @inline(__always)
  subscript(_ scalar: UInt32) -> UInt8 { flags[Int(scalar)] }
}

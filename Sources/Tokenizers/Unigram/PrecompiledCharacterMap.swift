import Diagnostics

/// SentencePiece's map of characters (`precompiled_charsmap`): a double-array trie of what is replaced, and the replacements.
///
/// The rules are those of `tokenizers` (the crate spm_precompiled): a grapheme of fewer than six bytes is replaced as a whole by
/// what the shortest entry that it begins with stands for; any other character by character. That loses what follows the entry
/// within the grapheme, as it does there.
package struct PrecompiledCharacterMap: Sendable {
  /// The bytes are no such map.
  package struct Fault: Error {
    package let problem: ShownText
  }

  private let units: [UInt32]
  /// Texts, each ended by a zero.
  private let replacements: [UInt8]

  private static let longGrapheme = 6
  private static let leafBit: UInt32 = 1 << 8
  private static let valueMask: UInt32 = 1 << 31 - 1

  /// - Parameter bytes: the trie's length in bytes (four, little-endian), the trie, the replacements.
  package init(_ bytes: [UInt8]) throws(Fault) {
    func word(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) } }
    guard bytes.count >= 4, Int(word(0)) <= bytes.count - 4, word(0) % 4 == 0, word(0) > 0 else {
      throw Fault(problem: "the character map's trie is cut off")
    }
    let end = 4 + Int(word(0))
    units = stride(from: 4, to: end, by: 4).map(word)
    replacements = Array(bytes[end...])
    guard String(validating: replacements, as: UTF8.self) != nil else {
      throw Fault(problem: "the character map's replacements are not UTF-8")
    }
    guard replacements.last ?? 0 == 0 else { throw Fault(problem: "the character map's replacements are cut off") }
  }

  /// - Parameter bytes: valid UTF-8.
  /// - Returns: the text with its characters replaced.
  package func mapped(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for grapheme in String(decoding: bytes, as: UTF8.self) {
      let text = Array(grapheme.utf8)
      if text.count < Self.longGrapheme, let replacement = replacement(for: text[...]) {
        result += replacement
        continue
      }
      for scalar in grapheme.unicodeScalars {
        let character = Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        result += replacement(for: character[...]) ?? character[...]
      }
    }
    return result
  }

  /// What the shortest entry that a text begins with stands for.
  private func replacement(for text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var place = Self.offset(units[0])
    for byte in text {
      guard byte != 0 else { return nil }
      place ^= Int(byte)
      guard place < units.count, units[place] & (1 << 31 | 0xFF) == UInt32(byte) else { return nil }
      let unit = units[place]
      place ^= Self.offset(unit)
      if unit & Self.leafBit != 0 {
        guard place < units.count else { return nil }
        let start = Int(units[place] & Self.valueMask)
        guard start < replacements.count, replacements[start] & 0xC0 != 0x80 else { return nil }
        return replacements[start...].prefix { $0 != 0 }
      }
    }
    return nil
  }

  private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & (1 << 9)) >> 6) }
}

import Diagnostics

/// SentencePiece's map of characters (`precompiled_charsmap`): a double-array trie of what is replaced, and the replacements.
///
/// SentencePiece itself replaces the longest entry that the text goes on with, at each place. `tokenizers` (the crate
/// spm_precompiled) replaces a grapheme of fewer than six bytes as a whole by what the shortest entry that it begins with stands
/// for, any other character by character. That loses what follows the entry within the grapheme, as it does there.
package struct PrecompiledCharacterMap: Sendable {
  /// The bytes are no such map.
  package struct Fault: Error {
    package let problem: ShownText
  }

  private let rules: UnigramModel.Rules
  private let units: [UInt32]
  /// Texts, each ended by a zero.
  private let replacements: [UInt8]

  private static let longGrapheme = 6
  /// Those of SentencePiece's own maps stay below 40; a short text must not fill the memory.
  private static let longestReplacement = 1_024
  private static let leafBit: UInt32 = 1 << 8
  private static let valueMask: UInt32 = 1 << 31 - 1

  /// - Parameter bytes: the trie's length in bytes (four, little-endian), the trie, the replacements.
  package init(_ bytes: [UInt8], rules: UnigramModel.Rules = .tokenizers) throws(Fault) {
    self.rules = rules
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
    guard replacements.split(separator: 0).allSatisfy({ $0.count <= Self.longestReplacement }) else {
      throw Fault(problem: "the character map has a replacement of more than \(Self.longestReplacement) bytes")
    }
    guard replacements.last ?? 0 == 0 else { throw Fault(problem: "the character map's replacements are cut off") }
  }

  /// - Parameter bytes: valid UTF-8.
  /// - Returns: the text with its characters replaced.
  package func mapped(_ bytes: [UInt8]) -> [UInt8] {
    rules == .tokenizers ? mappedByGrapheme(bytes) : mappedByLongest(bytes)
  }

  private func mappedByLongest(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      if let entry = entry(bytes[place...], longest: true) {
        result += entry.replacement
        place += entry.length
      } else {
        let end = min(bytes.count, place + UTF8.length(leading: bytes[place]))
        result += bytes[place..<end]
        place = end
      }
    }
    return result
  }

  private func mappedByGrapheme(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for grapheme in String(decoding: bytes, as: UTF8.self) {
      let text = Array(grapheme.utf8)
      if text.count < Self.longGrapheme, let entry = entry(text[...], longest: false) {
        result += entry.replacement
        continue
      }
      for scalar in grapheme.unicodeScalars {
        let character = Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        result += entry(character[...], longest: false)?.replacement ?? character[...]
      }
    }
    return result
  }

  /// The shortest or the longest entry that a text begins with: its bytes, and what takes their place.
  ///
  /// - Returns: nil where there is none, or it leads out of the map.
  private func entry(_ text: ArraySlice<UInt8>, longest: Bool) -> (length: Int, replacement: ArraySlice<UInt8>)? {
    var found: (length: Int, start: Int)?
    var place = Self.offset(units[0])
    for (index, byte) in zip(text.indices, text) {
      guard byte != 0 else { break }
      place ^= Int(byte)
      guard place < units.count, units[place] & (1 << 31 | 0xFF) == UInt32(byte) else { break }
      let unit = units[place]
      place ^= Self.offset(unit)
      if unit & Self.leafBit != 0 {
        guard place < units.count else { break }
        found = (index + 1 - text.startIndex, Int(units[place] & Self.valueMask))
        if !longest { break }
      }
    }
    // A replacement begins with a character, and an entry ends with one.
    guard let found, found.start < replacements.count, replacements[found.start] & 0xC0 != 0x80 else { return nil }
    let rest = text.dropFirst(found.length)
    guard rest.first.map({ $0 & 0xC0 != 0x80 }) ?? true else { return nil }
    return (found.length, replacements[found.start...].prefix { $0 != 0 })
  }

  private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & (1 << 9)) >> 6) }
}

/// The one-to-one map between the 256 byte values and the printable characters that byte-level vocabularies are
/// spelled in.
///
/// Bytes that print in Latin-1 stand for themselves; the others take U+0100, U+0101, … in order (GPT-2's
/// `bytes_to_unicode`), so that a space is written `Ġ` and a newline `Ċ`.
enum ByteAlphabet {
  /// The byte for each code point up to U+0143, or -1 where the code point is not a letter of the alphabet.
  private static let byteForScalar: [Int16] = {
    var table = [Int16](repeating: -1, count: 0x144)
    var next = 0x100
    for byte in 0..<256 {
      let printable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
      if printable {
        table[byte] = Int16(byte)
      } else {
        table[next] = Int16(byte)
        next += 1
      }
    }
    return table
  }()

  /// The characters for each byte, in UTF-8.
  private static let spellings: [[UInt8]] = {
    var spellings = [[UInt8]](repeating: [], count: 256)
    for (scalar, byte) in byteForScalar.enumerated() where byte >= 0 {
      spellings[Int(byte)] = scalar < 0x80 ? [UInt8(scalar)] : [0xC0 | UInt8(scalar >> 6), 0x80 | UInt8(scalar & 0x3F)]
    }
    return spellings
  }()

  /// Bytes as a vocabulary spells them.
  static func spelling(of bytes: some Sequence<UInt8>) -> [UInt8] { bytes.flatMap { spellings[Int($0)] } }

  /// The bytes that a vocabulary's spelling stands for.
  ///
  /// - Parameter spelling: UTF-8 of the token as the vocabulary writes it.
  /// - Returns: nil where a character is outside the alphabet: text never reaches such a token through the model.
  static func bytes(of spelling: some Collection<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(spelling.count)
    var lead: UInt8 = 0
    for unit in spelling {
      var scalar = Int(unit)
      if lead != 0 {
        guard unit & 0xC0 == 0x80 else { return nil }
        scalar = Int(lead & 0x1F) << 6 | Int(unit & 0x3F)
        lead = 0
      } else if unit & 0xE0 == 0xC0 {
        lead = unit
        continue
      } else if unit >= 0x80 {
        return nil
      }
      guard scalar < byteForScalar.count, byteForScalar[scalar] >= 0 else { return nil }
      result.append(UInt8(byteForScalar[scalar]))
    }
    return lead == 0 ? result : nil
  }
}

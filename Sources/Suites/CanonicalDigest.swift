import Diagnostics
import Digests

/// SHA-256 over a sequence of fields, each behind its length, so that no two different sequences have the same bytes.
///
/// Text is UTF-8 behind its byte count, an integer is 8 bytes, a list is its count and then its elements; integers
/// and counts are little-endian.
struct CanonicalDigest {
  private var hash = SHA256()

  /// `kind` names what is hashed and the version of its layout.
  init(_ kind: String) { append(kind) }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      append(bytes.count)
      hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
    }
  }

  mutating func append(_ number: Int) { append(UInt64(bitPattern: Int64(number))) }

  mutating func append(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { hash.update(bufferPointer: $0) }
  }

  mutating func append(_ list: [String]) {
    append(list.count)
    for text in list { append(text) }
  }

  /// The digest's first 8 bytes as a little-endian integer.
  func prefix64() -> UInt64 {
    hash.finalize().prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// 64 lower-case hexadecimal digits.
  func hexadecimal() -> String { hash.finalize().hexadecimal }
}

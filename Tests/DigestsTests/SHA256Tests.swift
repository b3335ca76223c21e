import Diagnostics
import Digests
import Foundation
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// NIST's examples (FIPS 180-4's "abc", two blocks, a million "a"), and the lengths about a block's end; by Python's hashlib.
  static let cases: [(String, Int, String)] = [
    ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ]

  @Test("NIST's examples, in one piece and in many, with the processor's instructions and without", arguments: cases)
  func examples(text: String, times: Int, expected: String) {
    let whole = Data(String(repeating: text, count: times).utf8)
    #expect(SHA256.hash(data: whole).hexadecimal == expected)
    for isPortable in [false, true] {
      for piece in [1, 7, 63, 64, 65, 1000] where times == 1 || piece > 60 {
        var hash = SHA256(isPortable: isPortable)
        for start in stride(from: 0, to: whole.count, by: piece) {
          hash.update(data: whole[start..<min(start + piece, whole.count)])
        }
        #expect(hash.finalize().hexadecimal == expected, "pieces of \(piece)")
      }
    }
  }

  /// The digest of the digests of 0, 1, 2 … 299 bytes, each byte its place modulo 251.
  @Test("every length about the ends of blocks")
  func lengths() {
    for isPortable in [false, true] {
      var all = SHA256()
      for length in 0..<300 {
        var hash = SHA256(isPortable: isPortable)
        hash.update(data: Data((0..<length).map { UInt8($0 % 251) }))
        all.update(data: Data(hash.finalize()))
      }
      #expect(all.finalize().hexadecimal == "fa70b867db0a30acb7218d62945db0df52eb393808b30675ea9aac6b058a9a9d")
    }
  }

  @Test("a digest may be taken, and more added")
  func goingOn() {
    var hash = SHA256()
    hash.update(data: Data("ab".utf8))
    _ = hash.finalize()
    hash.update(data: Data("c".utf8))
    #expect(hash.finalize().hexadecimal == Self.cases[1].2)
  }
}

import Foundation

/// Unicode's normal forms, as `tokenizers` makes them: with the character data of Unicode 9 (`CanonicalComposition`).
package enum UnicodeNormalForm: String, Sendable, CaseIterable {
  case nfc, nfd, nfkc, nfkd

  /// - Parameter bytes: valid UTF-8.
  /// - Returns: the text in this form.
  package func normalised(_ bytes: [UInt8]) -> [UInt8] {
    let canonical = CanonicalComposition.shared
    guard self != .nfc else { return canonical.composed(bytes) }
    // ASCII is in every form.
    guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
    let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.lazy.map(\.value)
    var scalars: [UInt32]
    if self == .nfd {
      scalars = canonical.decomposed(text)
    } else {
      scalars = canonical.decomposed(text.flatMap { Self.compatible[$0] ?? [$0] })
    }
    if self == .nfkc { canonical.compose(&scalars) }
    return CanonicalComposition.bytes(scalars)
  }

  /// Full compatibility decompositions of characters that have others than canonical ones.
  private static let compatible: [UInt32: [UInt32]] = {
    var decompositions: [UInt32: [UInt32]] = [:]
    for value in decomposing.joined() {
      guard let scalar = CanonicalComposition.known(value) else { continue }
      let text = String(scalar)
      let parts = text.decomposedStringWithCompatibilityMapping.unicodeScalars.map(\.value)
      guard parts != text.decomposedStringWithCanonicalMapping.unicodeScalars.map(\.value) else { continue }
      decompositions[value] = parts
    }
    return decompositions
  }()

  /// Where they are.
  private static let decomposing: [ClosedRange<UInt32>] = [
    0xA0...0x6FF, 0xE00...0xFFF, 0x10FC...0x10FC, 0x1D00...0x2FFF, 0x3000...0x33FF, 0xA690...0xABFF, 0xFB00...0xFFFF,
    0x1D400...0x1F2FF,
  ]
}

import Foundation

/// How characters beyond ASCII are normalised: compatibility decomposition, lower case, and a class.
///
/// NFKD instead of NFKC: texts are only ever compared with each other, and two have equal NFKC forms exactly where
/// their NFKD forms are equal; decomposition works scalar by scalar.
final class ScalarFolding {
  enum Kind: UInt8 {
    /// Ends a word: punctuation, symbols, white space, control characters.
    case separator
    /// Vanishes without ending a word: apostrophes, soft hyphens, zero-width characters.
    case ignored
    case letter
    /// A letter that is a word by itself, as scripts without spaces have.
    case ideograph
    /// A combining mark, which is ordered among its neighbours by its class.
    case mark
    case digit
  }

  struct Folded {
    let kind: Kind
    let combiningClass: UInt8
    /// What takes its place; for a digit '0' to '9'.
    let scalar: Unicode.Scalar
  }

  private struct Page {
    /// Where each of 256 scalars' folded forms start in `folded`, with one more entry for the end.
    var starts: [Int32] = []
    var folded: [Folded] = []
  }

  private var pages: [Page?] = Array(repeating: nil, count: 0x1100)

  /// The folded forms of a scalar, at least one.
  func folded(_ scalar: Unicode.Scalar) -> ArraySlice<Folded> {
    let number = Int(scalar.value >> 8)
    let place = Int(scalar.value & 255)
    let page: Page
    if let known = pages[number] {
      page = known
    } else {
      page = Self.page(number)
      pages[number] = page
    }
    return page.folded[Int(page.starts[place])..<Int(page.starts[place + 1])]
  }

  private static func page(_ number: Int) -> Page {
    var page = Page()
    for place in 0..<256 {
      page.starts.append(Int32(page.folded.count))
      guard let scalar = Unicode.Scalar(UInt32(number << 8 | place)) else {
        page.folded.append(Folded(kind: .separator, combiningClass: 0, scalar: " "))
        continue
      }
      // Lower case first for the letters that only then decompose, and again for what decomposition brings.
      let lowered = scalar.properties.lowercaseMapping.decomposedStringWithCompatibilityMapping
      for part in lowered.unicodeScalars {
        for final in part.properties.lowercaseMapping.unicodeScalars { page.folded.append(folded(final: final)) }
      }
    }
    page.starts.append(Int32(page.folded.count))
    return page
  }

  private static func folded(final scalar: Unicode.Scalar) -> Folded {
    let properties = scalar.properties
    let combining = UInt8(properties.canonicalCombiningClass.rawValue)
    switch properties.generalCategory {
    case .decimalNumber:
      let value = properties.numericType == .decimal ? UInt8(properties.numericValue ?? 0) : 0
      return Folded(kind: .digit, combiningClass: 0, scalar: Unicode.Scalar(UInt8(ascii: "0") + min(value, 9)))
    case .nonspacingMark, .enclosingMark, .spacingMark:
      return Folded(kind: .mark, combiningClass: combining, scalar: scalar)
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .letterNumber, .otherNumber:
      // A final sigma is a sigma.
      return Folded(kind: .letter, combiningClass: 0, scalar: scalar == "ς" ? "σ" : scalar)
    case .otherLetter:
      return Folded(kind: isUnspaced(scalar) ? .ideograph : .letter, combiningClass: 0, scalar: scalar)
    case .format:
      return Folded(kind: .ignored, combiningClass: 0, scalar: " ")
    case .finalPunctuation where scalar == "’", .initialPunctuation where scalar == "‘":
      return Folded(kind: .ignored, combiningClass: 0, scalar: " ")
    case .otherPunctuation where scalar == "'":
      return Folded(kind: .ignored, combiningClass: 0, scalar: " ")
    default:
      return Folded(kind: .separator, combiningClass: 0, scalar: " ")
    }
  }

  /// Han, kana, and the scripts of South-East Asia that put no space between words.
  private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x2E80...0x312F, 0x31A0...0x9FFF, 0xF900...0xFAFF,
      0x20000...0x3FFFF:
      true
    default: false
    }
  }
}

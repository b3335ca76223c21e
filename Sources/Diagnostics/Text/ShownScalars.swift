extension Unicode.Scalar {
  /// Whether a reader sees it, whatever stands around it.
  package var isShown: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
    // Fillers, joiners and selectors, which are drawn as nothing.
    default: !properties.isDefaultIgnorableCodePoint
    }
  }

  fileprivate var isJoiner: Bool { self == "\u{200C}" || self == "\u{200D}" }

  /// ASCII's digits, # and * begin an emoji too ("1️⃣").
  private var isEmoji: Bool { properties.isEmoji }

  fileprivate var isPicture: Bool { isEmoji && !isASCII || self == "\u{FE0F}" }

  /// Letters of the scripts that are written with joiners: Arabic's and its neighbours', India's, those of South-East Asia, Mongolian.
  fileprivate var isJoined: Bool {
    switch value {
    case 0x0600...0x109F, 0x1780...0x18AF, 0x1900...0x1CFF, 0xA800...0xABFF, 0x10A00...0x11FFF:
      properties.isAlphabetic || properties.generalCategory == .nonspacingMark
    default: false
    }
  }

  /// Whether the variation selector means anything behind this.
  fileprivate func isVaried(by selector: Unicode.Scalar) -> Bool {
    switch selector.value {
    case 0xFE0E, 0xFE0F: isEmoji
    case 0xFE00...0xFE0D: isShown && !isASCII
    case 0xE0100...0xE01EF: properties.isIdeographic
    case 0x180B...0x180D, 0x180F: (0x1820...0x18AF).contains(value)
    default: false
    }
  }
}

extension String.UnicodeScalarView {
  /// Whether the character at `index` is seen, or shapes what is seen beside it.
  ///
  /// Three invisible things are part of how words and emoji are written, and stay: a variation selector behind what it selects, a joiner
  /// between two parts of an emoji, and (non-)joiners within scripts that need them, such as Persian. Anywhere else they would only make
  /// two names look alike.
  func isShown(at index: Index) -> Bool {
    let scalar = self[index]
    if scalar.isShown { return true }
    guard index > startIndex else { return false }
    let before = self[self.index(before: index)]
    guard scalar.isJoiner else { return before.isVaried(by: scalar) }
    // A virama (combining class 9) asks the joiner which form it is to have, at the end of a word too.
    if before.isJoined, before.properties.canonicalCombiningClass == .virama { return true }
    let next = self.index(after: index)
    guard next < endIndex else { return false }
    if before.isJoined, self[next].isJoined { return true }
    return scalar == "\u{200D}" && before.isPicture && self[next].isPicture
  }

  /// Whether a CI's runner would take what stands here for a command: GitHub's `::error::` at the beginning of a line, but for white
  /// space; `##[group]` of GitHub and Azure, `##vso[…]` and `##teamcity[…]` anywhere in a line.
  func beginsCommand(at index: Index, beginsLine: Bool) -> Bool {
    let scalar = self[index]
    guard scalar == ":" && beginsLine || scalar == "#" else { return false }
    let rest = self[self.index(after: index)...]
    guard rest.first == scalar else { return false }
    return scalar == ":" || rest.dropFirst().first { !($0.isASCII && $0.properties.isAlphabetic) } == "["
  }
}

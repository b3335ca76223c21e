import Foundation

/// Unicode's composed normal form (NFC), as `tokenizers` makes it: with the character data of Unicode 9.
///
/// Foundation's own is not used for whole texts: it knows later characters, it composes some letters beyond U+FFFF as
/// if they were the ones 65,536 below, and it leaves marks out of order around U+0F73. The algorithm is that of
/// Unicode standard annex 15.
package struct CanonicalComposition: Sendable {
  package static let shared = CanonicalComposition()

  /// Full canonical decompositions, without Hangul's, which are arithmetic.
  private var decompositions: [UInt32: [UInt32]] = [:]
  /// Combining classes other than zero.
  private var classes: [UInt32: UInt8] = [:]
  /// `first << 32 | second` to the character that they compose to.
  private var composites: [UInt64: UInt32] = [:]
  /// Characters that may change, move or compose with what is before them. A text without any is composed already.
  private var active: Set<UInt32> = []

  /// Where characters that decompose are.
  private static let decomposing: [ClosedRange<UInt32>] = [
    0xC0...0x2FF, 0x300...0x1FFF, 0x2000...0x2ADC, 0x3040...0x30FF, 0xF900...0xFB4F, 0x11000...0x11FFF,
    0x1D15E...0x1D1C0,
    0x2F800...0x2FA1D,
  ]
  private static let lastMark: UInt32 = 0x1E94A

  private init() {
    var excluded: Set<UInt32> = []
    for value in Self.decomposing.joined() {
      guard let scalar = Self.known(value) else { continue }
      let parts = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.map(\.value)
      guard parts != [value] else { continue }
      decompositions[value] = parts
      if scalar.properties.isFullCompositionExclusion { excluded.insert(value) }
    }
    for value in 0x300...Self.lastMark {
      guard let mark = Self.known(value) else { continue }
      let order = mark.properties.canonicalCombiningClass.rawValue
      if order != 0 { classes[value] = order }
    }
    // A composite is made of the composite of all its parts but the last, so the shorter ones come first.
    var prefixes: [[UInt32]: UInt32] = [:]
    for (value, parts) in decompositions.sorted(by: { $0.value.count < $1.value.count }) where !excluded.contains(value)
    {
      let head = parts.dropLast()
      guard let last = parts.last, let first = head.count == 1 ? head.first : prefixes[Array(head)] else { continue }
      composites[UInt64(first) << 32 | UInt64(last)] = value
      prefixes[parts] = value
    }
    active = Set(classes.keys).union(excluded).union(composites.keys.map { UInt32(truncatingIfNeeded: $0) })
    active.formUnion(Hangul.vowels)
    active.formUnion(Hangul.finals)
  }

  /// A character of Unicode 9; later ones are unassigned to this normal form.
  static func known(_ value: UInt32) -> Unicode.Scalar? {
    guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age, age.major <= 9 else { return nil }
    return scalar
  }

  /// - Parameter bytes: valid UTF-8.
  /// - Returns: its composed form.
  package func composed(_ bytes: [UInt8]) -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self).unicodeScalars
    guard text.contains(where: { active.contains($0.value) }) else { return bytes }
    var scalars = decomposed(text.lazy.map(\.value))
    compose(&scalars)
    return Self.bytes(scalars)
  }

  /// Its decomposed form (NFD).
  func decomposed(_ text: some Sequence<UInt32>) -> [UInt32] {
    var scalars: [UInt32] = []
    scalars.reserveCapacity(text.underestimatedCount)
    for scalar in text {
      if let parts = decompositions[scalar] {
        scalars += parts
      } else if !Hangul.decompose(scalar, into: &scalars) {
        scalars.append(scalar)
      }
    }
    order(&scalars)
    return scalars
  }

  static func bytes(_ scalars: [UInt32]) -> [UInt8] {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars.lazy.compactMap { Unicode.Scalar($0) })
    return Array(String(result).utf8)
  }

  /// Sorts each run of marks by combining class; marks of one class keep their order.
  private func order(_ scalars: inout [UInt32]) {
    var start = 0
    while start < scalars.count {
      var end = start
      while end < scalars.count, classes[scalars[end]] != nil { end += 1 }
      if end - start > 1 {
        let run = scalars[start..<end].enumerated().map {
          (order: classes[$0.element] ?? 0, place: $0.offset, $0.element)
        }
        let sorted = run.sorted { ($0.order, $0.place) < ($1.order, $1.place) }
        scalars.replaceSubrange(start..<end, with: sorted.map { $0.2 })
      }
      start = max(end, start + 1)
    }
  }

  /// Composes each character with the last starter, where nothing of its own class or a higher one stands between.
  func compose(_ scalars: inout [UInt32]) {
    var kept = 0
    var starter: Int?
    var lastClass: UInt8 = 0
    for scalar in scalars {
      let order = classes[scalar] ?? 0
      if let place = starter, place + 1 == kept || (lastClass < order && lastClass != 0),
        let composite = composite(scalars[place], scalar)
      {
        scalars[place] = composite
        continue
      }
      if order == 0 { starter = kept }
      lastClass = order
      scalars[kept] = scalar
      kept += 1
    }
    scalars.removeSubrange(kept...)
  }

  private func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
    Hangul.composite(first, second) ?? composites[UInt64(first) << 32 | UInt64(second)]
  }
}

/// Korean syllables, whose decomposition is arithmetic (The Unicode Standard, section 3.12).
private enum Hangul {
  static let leads: Range<UInt32> = 0x1100..<0x1113
  static let vowels: Range<UInt32> = 0x1161..<0x1176
  /// Final consonants; a syllable may have none.
  static let finals: Range<UInt32> = 0x11A8..<0x11C3
  private static let syllables: Range<UInt32> = 0xAC00..<0xD7A4
  private static let finalsOfSyllable: UInt32 = 28

  static func decompose(_ value: UInt32, into scalars: inout [UInt32]) -> Bool {
    guard syllables.contains(value) else { return false }
    let (block, final) = (value - syllables.lowerBound).quotientAndRemainder(dividingBy: finalsOfSyllable)
    let (lead, vowel) = block.quotientAndRemainder(dividingBy: UInt32(vowels.count))
    scalars += [leads.lowerBound + lead, vowels.lowerBound + vowel]
    if final != 0 { scalars.append(finals.lowerBound + final - 1) }
    return true
  }

  static func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if leads.contains(first), vowels.contains(second) {
      let block = (first - leads.lowerBound) * UInt32(vowels.count) + second - vowels.lowerBound
      return syllables.lowerBound + block * finalsOfSyllable
    }
    guard syllables.contains(first), finals.contains(second) else { return nil }
    guard (first - syllables.lowerBound).isMultiple(of: finalsOfSyllable) else { return nil }
    return first + second - finals.lowerBound + 1
  }
}

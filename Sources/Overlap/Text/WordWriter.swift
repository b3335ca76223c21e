/// Writes normalised words one after the other. A value with plain pointers, so that the compiler keeps its counts in
/// registers; `NormalisedText` owns the memory and sees to the room.
struct WordWriter {
  private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x0000_0100_0000_01B3
  /// Combining marks that wait at most, as in UAX #15's stream-safe text: longer runs are no text, and their order is nobody's business.
  static let mostMarks = 30

  var bytes: UnsafeMutablePointer<UInt8>
  var words: UnsafeMutablePointer<UInt64>
  var ends: UnsafeMutablePointer<Int32>
  var sources: UnsafeMutablePointer<Int32>
  var count = 0
  var wordCount = 0
  var inWord = false
  var hasDigits = false
  private var value: UInt64 = seed
  /// Combining marks that wait for their neighbours: (class, scalar).
  private var marks: [(combiningClass: UInt8, scalar: Unicode.Scalar)] = []

  init(
    bytes: UnsafeMutablePointer<UInt8>, words: UnsafeMutablePointer<UInt64>, ends: UnsafeMutablePointer<Int32>,
    sources: UnsafeMutablePointer<Int32>
  ) {
    (self.bytes, self.words, self.ends, self.sources) = (bytes, words, ends, sources)
  }

  /// - Parameter source: where the byte comes from, for excerpts.
  @inline(__always)
  mutating func letter(_ byte: UInt8, from source: Int) {
    if !inWord { begin(source) }
    bytes[count] = byte
    count += 1
    value = (value ^ UInt64(byte)) &* Self.prime
  }

  /// A digit stays in the bytes, which decide whether texts are equal, and counts as 0 in the words.
  @inline(__always)
  mutating func digit(_ byte: UInt8, from source: Int) {
    if !inWord { begin(source) }
    hasDigits = true
    bytes[count] = byte
    count += 1
    value = (value ^ 0x30) &* Self.prime
  }

  @inline(__always)
  mutating func endWord() {
    guard inWord else { return }
    inWord = false
    words[wordCount] = mixed(value)
    ends[wordCount] = Int32(truncatingIfNeeded: count)
    wordCount += 1
  }

  mutating func scalar(_ folded: ScalarFolding.Folded, from source: Int) {
    if folded.kind == .mark, folded.combiningClass > 0 {
      if !inWord { begin(source) }
      if marks.count == Self.mostMarks { endMarks(from: source) }
      let place = marks.lastIndex { $0.combiningClass <= folded.combiningClass }.map { $0 + 1 } ?? 0
      marks.insert((folded.combiningClass, folded.scalar), at: place)
      return
    }
    endMarks(from: source)
    switch folded.kind {
    case .separator: endWord()
    case .ignored: break
    case .digit: digit(UInt8(truncatingIfNeeded: folded.scalar.value), from: source)
    case .letter, .mark: write(folded.scalar, from: source)
    case .ideograph:
      endWord()
      write(folded.scalar, from: source)
      endWord()
    }
  }

  mutating func endMarks(from source: Int) {
    guard !marks.isEmpty else { return }
    for mark in marks { write(mark.scalar, from: source) }
    marks.removeAll(keepingCapacity: true)
  }

  private mutating func write(_ scalar: Unicode.Scalar, from source: Int) {
    // Every scalar has a UTF-8 encoding; only surrogates do not, and those are no scalars.
    guard let encoded = UTF8.encode(scalar) else { return }
    for byte in encoded { letter(byte, from: source) }
  }

  @inline(__always)
  private mutating func begin(_ source: Int) {
    if count > 0 {
      bytes[count] = 0x20
      count += 1
    }
    sources[wordCount] = Int32(truncatingIfNeeded: source)
    inWord = true
    value = Self.seed
  }
}

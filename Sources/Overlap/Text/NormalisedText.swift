/// Consecutive words of a text.
struct WordRange: Hashable, Sendable {
  var start: Int
  var end: Int

  var count: Int { end - start }
}

/// A text as the checks see it: NFKD (equal exactly where NFKC is), lower case, no punctuation, no tags of a web
/// page, single spaces; words with digits folded to 0. It is filled again and again, one for each thread and field.
final class NormalisedText {
  private static let room = 512

  /// Words with one space between them; digits as they were.
  private(set) var bytes: UnsafeMutablePointer<UInt8>
  /// A hash a word, digits folded.
  private(set) var words: UnsafeMutablePointer<UInt64>
  private var ends: UnsafeMutablePointer<Int32>
  private var sources: UnsafeMutablePointer<Int32>
  private var byteCapacity: Int
  private var wordCapacity: Int

  private(set) var wordCount = 0
  private(set) var hasDigits = false
  /// Lines that have words.
  private(set) var lines: [WordRange] = []
  /// What lies between lines without words.
  private(set) var paragraphs: [WordRange] = []
  private let folding: ScalarFolding
  private var sourceCount = 0

  init(folding: ScalarFolding) {
    self.folding = folding
    byteCapacity = Self.room
    wordCapacity = Self.room
    bytes = .allocate(capacity: byteCapacity)
    words = .allocate(capacity: wordCapacity)
    ends = .allocate(capacity: wordCapacity)
    sources = .allocate(capacity: wordCapacity)
  }

  deinit { release() }

  var whole: WordRange { WordRange(start: 0, end: wordCount) }

  /// Where a word range's bytes start and end.
  func byteRange(_ range: WordRange) -> (start: Int, end: Int) {
    guard range.count > 0 else { return (0, 0) }
    return (range.start == 0 ? 0 : Int(ends[range.start - 1]) + 1, Int(ends[range.end - 1]))
  }

  func slice(_ range: WordRange) -> UnsafeBufferPointer<UInt8> {
    let (start, end) = byteRange(range)
    return UnsafeBufferPointer(start: bytes + start, count: end - start)
  }

  /// Equal for texts that are equal but for case, punctuation, space and compatibility forms.
  func key(_ range: WordRange) -> UInt64 { hash(slice(range)) }

  /// Where in the source a word range starts, and where the word after it does.
  func sourceRange(_ range: WordRange) -> (start: Int, end: Int) {
    guard range.count > 0 else { return (0, 0) }
    return (Int(sources[range.start]), range.end < wordCount ? Int(sources[range.end]) : sourceCount)
  }

  /// Takes in a text; bytes that are not UTF-8 end a word.
  func set(_ source: UnsafeBufferPointer<UInt8>) {
    if byteCapacity > 4 << 20 { shrink() }
    lines.removeAll(keepingCapacity: true)
    paragraphs.removeAll(keepingCapacity: true)
    sourceCount = source.count
    ensure(bytes: source.count + Self.room, words: source.count / 2 + Self.room, keeping: 0, 0)
    var writer = WordWriter(bytes: bytes, words: words, ends: ends, sources: sources)
    var line = 0
    var paragraph = 0
    var index = 0
    Self.classes.withUnsafeBufferPointer { classes in
      while index < source.count {
        let byte = source[index]
        if byte >= 0x80 {
          index = beyondASCII(source, index, &writer)
          continue
        }
        let mapped = classes[Int(byte)]
        switch mapped {
        case Self.separator: writer.endWord()
        case Self.ignored: break
        case Self.newline:
          writer.endWord()
          endLine(&line, &paragraph, writer.wordCount)
        case Self.markup:
          writer.endWord()
          if let (end, endsLine) = Markup.end(source, index) {
            if endsLine, line < writer.wordCount { endLine(&line, &paragraph, writer.wordCount) }
            index = end
            continue
          }
        case 0x30...0x39: writer.digit(mapped, from: index)
        default: writer.letter(mapped, from: index)
        }
        index += 1
      }
    }
    writer.endWord()
    if line < writer.wordCount { endLine(&line, &paragraph, writer.wordCount) }
    endParagraph(&paragraph, writer.wordCount)
    wordCount = writer.wordCount
    hasDigits = writer.hasDigits
  }

  private func endLine(_ line: inout Int, _ paragraph: inout Int, _ wordCount: Int) {
    if line < wordCount {
      lines.append(WordRange(start: line, end: wordCount))
      line = wordCount
    } else {
      endParagraph(&paragraph, wordCount)
    }
  }

  private func endParagraph(_ paragraph: inout Int, _ wordCount: Int) {
    if paragraph < wordCount { paragraphs.append(WordRange(start: paragraph, end: wordCount)) }
    paragraph = wordCount
  }

  /// Folds the scalars from `start` until ASCII comes again; returns where that is.
  private func beyondASCII(_ source: UnsafeBufferPointer<UInt8>, _ start: Int, _ writer: inout WordWriter) -> Int {
    var index = start
    while index < source.count, source[index] >= 0x80 {
      // A scalar may fold to eighteen, each a word of its own, and end the marks that wait, of four bytes at most; what is left may be as
      // long as the source is.
      let rest = source.count - index
      if writer.count + rest + 128 + 4 * WordWriter.mostMarks > byteCapacity
        || writer.wordCount + rest / 2 + 64 > wordCapacity
      {
        ensure(
          bytes: writer.count + rest + Self.room + writer.count / 2,
          words: writer.wordCount + rest / 2 + Self.room + writer.wordCount / 2, keeping: writer.count,
          writer.wordCount)
        (writer.bytes, writer.words, writer.ends, writer.sources) = (bytes, words, ends, sources)
      }
      let (scalar, length) = decodeScalar(source, index)
      if let scalar {
        for folded in folding.folded(scalar) { writer.scalar(folded, from: index) }
      } else {
        writer.endMarks(from: index)
        writer.endWord()
      }
      index += length
    }
    writer.endMarks(from: start)
    return index
  }

  private func ensure(bytes needed: Int, words neededWords: Int, keeping byteCount: Int, _ keptWords: Int) {
    if needed > byteCapacity {
      byteCapacity = needed
      grow(&bytes, to: needed, keeping: byteCount)
    }
    // One more than the writer counts: a word that has begun has its source written already.
    if neededWords + 1 > wordCapacity {
      wordCapacity = neededWords + 1
      grow(&words, to: wordCapacity, keeping: keptWords)
      grow(&ends, to: wordCapacity, keeping: keptWords)
      grow(&sources, to: wordCapacity, keeping: keptWords + 1)
    }
  }

  private func grow<Element>(_ memory: inout UnsafeMutablePointer<Element>, to capacity: Int, keeping count: Int) {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    larger.update(from: memory, count: count)
    memory.deallocate()
    memory = larger
  }

  private func shrink() {
    release()
    byteCapacity = Self.room
    wordCapacity = Self.room
    bytes = .allocate(capacity: byteCapacity)
    words = .allocate(capacity: wordCapacity)
    ends = .allocate(capacity: wordCapacity)
    sources = .allocate(capacity: wordCapacity)
  }

  private func release() {
    bytes.deallocate()
    words.deallocate()
    ends.deallocate()
    sources.deallocate()
  }
}

extension NormalisedText {
  private static let separator: UInt8 = 0
  private static let ignored: UInt8 = 1
  private static let newline: UInt8 = 2
  /// What may begin a tag or an entity.
  private static let markup: UInt8 = 3

  /// What each ASCII byte becomes, or one of the three classes above.
  private static let classes: [UInt8] = (0..<128).map { (byte: UInt8) -> UInt8 in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
    case UInt8(ascii: "'"): ignored
    case UInt8(ascii: "\n"): newline
    case UInt8(ascii: "<"), UInt8(ascii: "&"): markup
    default: separator
    }
  }
}

/// The scalar at `index` and how many bytes it has; nil with one byte where the bytes are not UTF-8.
func decodeScalar(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> (scalar: Unicode.Scalar?, length: Int) {
  let first = bytes[index]
  let length: Int
  var value: UInt32
  let least: UInt32
  switch first {
  case 0x00...0x7F: return (Unicode.Scalar(first), 1)
  case 0xC2...0xDF: (length, value, least) = (2, UInt32(first & 0x1F), 0x80)
  case 0xE0...0xEF: (length, value, least) = (3, UInt32(first & 0x0F), 0x800)
  case 0xF0...0xF4: (length, value, least) = (4, UInt32(first & 0x07), 0x10000)
  default: return (nil, 1)
  }
  guard bytes.count - index >= length else { return (nil, 1) }
  for offset in 1..<length {
    let byte = bytes[index + offset]
    guard byte & 0xC0 == 0x80 else { return (nil, 1) }
    value = value << 6 | UInt32(byte & 0x3F)
  }
  guard value >= least, let scalar = Unicode.Scalar(value) else { return (nil, 1) }
  return (scalar, length)
}

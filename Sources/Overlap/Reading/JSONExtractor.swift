import Diagnostics

/// Takes the texts out of JSON values without building them: untrusted bytes, read once.
struct JSONExtractor {
  /// Deeper values are refused: the descent is recursive.
  static let deepest = 64
  /// A list of more numbers is no list of answers: tokens' ids, or marks of what is learnt.
  private static let mostNumbers = 16

  /// What is wrong, and where in the bytes.
  struct Malformed: Error {
    let index: Int
    let problem: ShownText
  }

  /// What the names above a value say of it.
  struct Context {
    /// Of the strings in it.
    var role = FieldRole.other
    /// Whether the role comes from a known name above, so that names below say nothing.
    var inherited = false
    var isPlain = true
    /// Whether a name says that it is a text, a question or a dialogue.
    var isNamed = true
    /// Whether it is a piece of a text, marked as learnt or not.
    var isSegment = false
    var isTokens = false
    var isElement = false
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let record: DataRecord
  private(set) var index: Int
  private var depth: Int
  private let scratch = ByteBuffer()
  /// Where the fields of the last array's elements begin, and where they end.
  private var elements: [Int] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, into record: DataRecord, depth: Int = 0) {
    (self.bytes, self.index, self.record, self.depth) = (bytes, index, record, depth)
  }

  /// Reads one value whose first byte is next, and adds its texts to the record.
  mutating func value() throws(Malformed) {
    try value(Context())
    record.closeGroup(from: 0)
  }

  mutating func value(_ context: Context) throws(Malformed) {
    skipSpace()
    guard index < bytes.count else { throw malformed("ends too early") }
    let start = record.bytes.count
    switch bytes[index] {
    case 0x22:
      try string(into: record.bytes)
      Self.add(context, from: start, to: record, depth: depth)
    case UInt8(ascii: "{"): try object(context)
    case UInt8(ascii: "["): try array(context)
    default:
      try scalar()
      addScalar(context, start)
    }
  }

  /// A label or a number that is asked for may be a number; elsewhere numbers are identifiers and the like.
  private func addScalar(_ context: Context, _ start: Int) {
    guard record.bytes.count > start else { return }
    if context.isElement { record.content.listed += 1 }
    if context.isTokens { record.content.tokenIDs += 1 }
    let isQuestion = context.role == .input && context.isNamed && !context.isElement
    guard isQuestion || context.role == .output else { return record.bytes.truncate(to: start) }
    if isQuestion { record.content.hasNamedText = true }
    record.fields.append(
      RecordField(
        role: context.role, group: -1, isPlainText: context.isPlain, start: start, end: record.bytes.count))
  }

  private mutating func object(_ context: Context) throws(Malformed) {
    try enter()
    let start = record.fields.count
    var speaker: FieldRole?
    var hasContent = false
    var columns = JSONColumns()
    skipSpace()
    if peek(UInt8(ascii: "}")) { return leave() }
    while true {
      skipSpace()
      guard index < bytes.count, bytes[index] == 0x22 else { throw malformed("a name is missing") }
      scratch.removeAll()
      try string(into: scratch)
      let name = scratch.slice(0, scratch.count)
      let meaning = FieldNames.meaning(name)
      let isNumber = name.allSatisfy { $0 &- 0x30 < 10 }
      skipSpace()
      guard peek(UInt8(ascii: ":")) else { throw malformed("a colon is missing") }
      skipSpace()
      let first = index < bytes.count ? bytes[index] : 0
      if meaning == .speaker, first == 0x22 {
        scratch.removeAll()
        try string(into: scratch)
        speaker = FieldNames.speaker(scratch.slice(0, scratch.count))
      } else if context.isSegment, meaning == .output, first == UInt8(ascii: "t") || first == UInt8(ascii: "f") {
        try value(Context(inherited: true))
        speaker = first == UInt8(ascii: "t") ? .output : .input
      } else {
        if meaning == .content || meaning == .text { hasContent = true }
        elements.removeAll(keepingCapacity: true)
        let place = record.fields.count
        try member(meaning, context)
        if !context.inherited { columns.note(meaning, elements) }
        columns.noteRow(isNumber, place)
      }
      skipSpace()
      if peek(UInt8(ascii: ",")) { continue }
      guard peek(UInt8(ascii: "}")) else { throw malformed("a comma or bracket is missing") }
      break
    }
    leave()
    elements = columns.rows(end: record.fields.count)
    if let speaker, hasContent {
      let group = record.dialogueGroup(speaker)
      for place in start..<record.fields.count where record.fields[place].group < 0 {
        record.fields[place].role = speaker
        record.fields[place].group = group
      }
    } else if !context.inherited {
      if let table = columns.table { record.closeRows(table) }
      record.closeGroup(from: start)
    }
  }

  private mutating func member(_ meaning: FieldNames.Meaning?, _ context: Context) throws(Malformed) {
    let start = record.fields.count
    var inner = context
    (inner.isPlain, inner.isElement, inner.isTokens) = (false, false, meaning == .tokens)
    switch meaning {
    case .nothing:
      // Read, for it must be sound, and forgotten.
      let content = record.content
      try value(Context(inherited: true, isPlain: false))
      record.fields.removeLast(record.fields.count - start)
      record.content = content
    case .dialogue, .segments:
      record.beginDialogue()
      try value(Context(role: context.role, isSegment: meaning == .segments))
      record.alternate(from: start, elements)
    case .input where !context.inherited, .source where !context.inherited:
      (inner.role, inner.inherited, inner.isNamed) = (.input, true, meaning == .input)
      try value(inner)
    case .output where !context.inherited:
      (inner.role, inner.inherited, inner.isNamed) = (.output, true, true)
      try value(inner)
    case .content, .text:
      // What a message says may be a list of parts, which belong to the message.
      (inner.inherited, inner.isPlain, inner.isNamed) = (context.inherited || meaning == .content, true, true)
      try value(inner)
    case .tokens:
      inner.isNamed = context.inherited && context.isNamed
      try value(inner)
      record.joinTokens(from: start)
    default:
      inner.isNamed = context.inherited && context.isNamed
      try value(inner)
    }
  }

  private mutating func array(_ context: Context) throws(Malformed) {
    try enter()
    var inner = context
    inner.isElement = true
    var starts: [Int] = []
    let first = record.fields.count
    let listed = record.content.listed
    skipSpace()
    if peek(UInt8(ascii: "]")) { return leave() }
    while true {
      skipSpace()
      let start = record.fields.count
      starts.append(start)
      let isArray = index < bytes.count && bytes[index] == UInt8(ascii: "[")
      // A list of dialogues, or of a table's rows.
      if isArray, !context.inherited { record.beginDialogue() }
      try value(inner)
      if isArray, !context.inherited { record.closeGroup(from: start) }
      skipSpace()
      if peek(UInt8(ascii: ",")) { continue }
      guard peek(UInt8(ascii: "]")) else { throw malformed("a comma or bracket is missing") }
      break
    }
    let numbers = record.content.listed - listed
    if numbers > Self.mostNumbers, numbers == starts.count { record.fields.removeLast(record.fields.count - first) }
    elements = starts + [record.fields.count]
    leave()
  }

  private mutating func enter() throws(Malformed) {
    index += 1
    depth += 1
    if depth > Self.deepest { throw malformed("is nested deeper than \(Self.deepest)") }
  }

  private mutating func leave() { depth -= 1 }

  private mutating func skipSpace() {
    while index < bytes.count, DataFormat.isSpace(bytes[index]) { index += 1 }
  }

  private mutating func peek(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private func malformed(_ problem: ShownText) -> Malformed { Malformed(index: index, problem: problem) }
}

extension JSONExtractor {
  /// A number, true, false or null, as it is written; null leaves nothing.
  private mutating func scalar() throws(Malformed) {
    let start = index
    while index < bytes.count, isScalar(bytes[index]) { index += 1 }
    guard index > start, let base = bytes.baseAddress else { throw malformed("a value is missing") }
    let first = bytes[start]
    let isNumber = first == UInt8(ascii: "-") || first &- 0x30 < 10
    guard isNumber || ["true", "false", "null", "NaN", "Infinity"].contains(where: { matches($0, start) }) else {
      throw Malformed(index: start, problem: "a value is neither a string nor a number")
    }
    if first != UInt8(ascii: "n") { record.bytes.append(base + start, index - start) }
  }

  private func matches(_ word: StaticString, _ start: Int) -> Bool {
    guard index - start == word.utf8CodeUnitCount else { return false }
    for offset in 0..<word.utf8CodeUnitCount where bytes[start + offset] != word.utf8Start[offset] { return false }
    return true
  }

  private func isScalar(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
      || byte == UInt8(ascii: ".")
  }

  /// A string whose quote is next, unescaped. Its bytes need not be UTF-8.
  private mutating func string(into buffer: ByteBuffer) throws(Malformed) {
    index += 1
    guard let base = bytes.baseAddress else { throw malformed("ends too early") }
    while true {
      let start = index
      while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x5C { index += 1 }
      buffer.append(base + start, index - start)
      guard index < bytes.count else { throw malformed("a string is not closed") }
      if peek(0x22) { return }
      index += 1
      guard index < bytes.count else { throw malformed("a string is not closed") }
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "n"): buffer.append(0x0A)
      case UInt8(ascii: "t"): buffer.append(0x09)
      case UInt8(ascii: "r"): buffer.append(0x0D)
      case UInt8(ascii: "b"), UInt8(ascii: "f"): buffer.append(0x20)
      case 0x22, 0x5C, UInt8(ascii: "/"): buffer.append(byte)
      case UInt8(ascii: "u"): buffer.append(try escaped())
      default: throw malformed("a backslash stands before what needs none")
      }
    }
  }

  /// The scalar of a \u escape whose "\u" has been passed; U+FFFD for half of a pair.
  private mutating func escaped() throws(Malformed) -> Unicode.Scalar {
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == 0x5C, bytes[index + 1] == UInt8(ascii: "u") else {
      return "\u{FFFD}"
    }
    let place = index
    index += 2
    let second = try fourDigits()
    guard (0xDC00...0xDFFF).contains(second) else {
      index = place
      return "\u{FFFD}"
    }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
  }

  private mutating func fourDigits() throws(Malformed) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < bytes.count else { throw malformed("a string is not closed") }
      let byte = bytes[index]
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
      case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt32((byte | 0x20) - 0x57)
      default: throw malformed(#"\u has fewer than four digits"#)
      }
      index += 1
    }
    return value
  }
}

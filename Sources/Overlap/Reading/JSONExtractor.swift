import Diagnostics

/// Takes the texts out of JSON values without building them: untrusted bytes, read once.
struct JSONExtractor {
  /// Deeper values are refused: the descent is recursive.
  private static let deepest = 64

  /// What is wrong, and where in the bytes.
  struct Malformed: Error {
    let index: Int
    let problem: ShownText
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let record: DataRecord
  private(set) var index: Int
  private var depth = 0
  private let scratch = ByteBuffer()

  init(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, into record: DataRecord) {
    (self.bytes, self.index, self.record) = (bytes, index, record)
  }

  /// Reads one value whose first byte is next, and adds its texts to the record.
  mutating func value() throws(Malformed) {
    try value(role: .other, inherited: false, plain: true)
    record.closeGroup(from: 0)
  }

  /// - Parameters:
  ///   - role: of the strings in it.
  ///   - inherited: whether the role comes from a known name above, so that names below say nothing.
  private mutating func value(role: FieldRole, inherited: Bool, plain: Bool) throws(Malformed) {
    skipSpace()
    guard index < bytes.count else { throw malformed("ends too early") }
    switch bytes[index] {
    case 0x22:
      let start = record.bytes.count
      try string(into: record.bytes)
      add(role, start, plain)
    case UInt8(ascii: "{"): try object(role, inherited)
    case UInt8(ascii: "["): try array(role, inherited, plain)
    default:
      let start = record.bytes.count
      try scalar()
      // A label may be a number; elsewhere numbers are identifiers and the like.
      if role == .output { add(role, start, plain) }
    }
  }

  private func add(_ role: FieldRole, _ start: Int, _ plain: Bool) {
    record.fields.append(
      RecordField(role: role, group: -1, isPlainText: plain, start: start, end: record.bytes.count))
  }

  private mutating func object(_ role: FieldRole, _ inherited: Bool) throws(Malformed) {
    try enter()
    let start = record.fields.count
    var speaker: FieldRole?
    var hasContent = false
    skipSpace()
    if peek(UInt8(ascii: "}")) { return leave() }
    while true {
      skipSpace()
      guard index < bytes.count, bytes[index] == 0x22 else { throw malformed("a name is missing") }
      scratch.removeAll()
      try string(into: scratch)
      let meaning = FieldNames.meaning(scratch.slice(0, scratch.count))
      skipSpace()
      guard peek(UInt8(ascii: ":")) else { throw malformed("a colon is missing") }
      skipSpace()
      if meaning == .speaker, index < bytes.count, bytes[index] == 0x22 {
        scratch.removeAll()
        try string(into: scratch)
        speaker = FieldNames.speaker(scratch.slice(0, scratch.count))
      } else {
        if meaning == .content || meaning == .text { hasContent = true }
        try member(meaning, role, inherited)
      }
      skipSpace()
      if peek(UInt8(ascii: ",")) { continue }
      guard peek(UInt8(ascii: "}")) else { throw malformed("a comma or bracket is missing") }
      break
    }
    leave()
    if let speaker, hasContent {
      let group = record.dialogueGroup(speaker)
      for place in start..<record.fields.count where record.fields[place].group < 0 {
        record.fields[place].role = speaker
        record.fields[place].group = group
      }
    } else if !inherited {
      record.closeGroup(from: start)
    }
  }

  private mutating func member(
    _ meaning: FieldNames.Meaning?, _ role: FieldRole, _ inherited: Bool
  ) throws(Malformed) {
    switch meaning {
    case .nothing:
      // Read, for it must be sound, and forgotten.
      let count = record.fields.count
      try value(role: .other, inherited: true, plain: false)
      record.fields.removeLast(record.fields.count - count)
    case .dialogue:
      record.beginDialogue()
      try value(role: role, inherited: false, plain: true)
    case .input where !inherited: try value(role: .input, inherited: true, plain: false)
    case .output where !inherited: try value(role: .output, inherited: true, plain: false)
    // What a message says may be a list of parts, which belong to the message.
    case .content: try value(role: role, inherited: true, plain: true)
    case .text: try value(role: role, inherited: inherited, plain: true)
    default: try value(role: role, inherited: inherited, plain: false)
    }
  }

  private mutating func array(_ role: FieldRole, _ inherited: Bool, _ plain: Bool) throws(Malformed) {
    try enter()
    skipSpace()
    if peek(UInt8(ascii: "]")) { return leave() }
    while true {
      try value(role: role, inherited: inherited, plain: plain)
      skipSpace()
      if peek(UInt8(ascii: ",")) { continue }
      guard peek(UInt8(ascii: "]")) else { throw malformed("a comma or bracket is missing") }
      return leave()
    }
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

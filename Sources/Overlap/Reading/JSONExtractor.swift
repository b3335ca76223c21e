import Reading

/// Takes the texts out of JSON values without building them: untrusted bytes, read once.
struct JSONExtractor {
  /// What trainers read is read here too: text that was cut within a pair, control characters, Python's NaN.
  static let leniency: JSONLexer.Leniency = [.halfPairs, .controlCharacters, .nonFinite]

  private let record: DataRecord
  private var lexer: JSONLexer
  private let scratch = ByteBuffer()

  /// Behind what has been read.
  var index: Int { lexer.position }

  init(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, into record: DataRecord) {
    self.record = record
    lexer = JSONLexer(bytes, at: index, leniency: Self.leniency)
  }

  /// Reads one value whose first byte is next, and adds its texts to the record.
  mutating func value() throws(JSONFault) {
    try value(role: .other, inherited: false, plain: true)
    record.closeGroup(from: 0)
  }

  /// - Parameters:
  ///   - role: of the strings in it.
  ///   - inherited: whether the role comes from a known name above, so that names below say nothing.
  private mutating func value(role: FieldRole, inherited: Bool, plain: Bool) throws(JSONFault) {
    lexer.skipSpace()
    switch lexer.next {
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

  private mutating func object(_ role: FieldRole, _ inherited: Bool) throws(JSONFault) {
    try lexer.open()
    let start = record.fields.count
    var speaker: FieldRole?
    var hasContent = false
    var isFirst = true
    while try lexer.member(isFirst: isFirst) {
      isFirst = false
      scratch.removeAll()
      try string(into: scratch)
      let meaning = FieldNames.meaning(scratch.slice(0, scratch.count))
      try lexer.colon()
      if meaning == .speaker, lexer.next == 0x22 {
        scratch.removeAll()
        try string(into: scratch)
        speaker = FieldNames.speaker(scratch.slice(0, scratch.count))
      } else {
        if meaning == .content || meaning == .text { hasContent = true }
        try member(meaning, role, inherited)
      }
    }
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
  ) throws(JSONFault) {
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

  private mutating func array(_ role: FieldRole, _ inherited: Bool, _ plain: Bool) throws(JSONFault) {
    try lexer.open()
    var isFirst = true
    while try lexer.element(isFirst: isFirst) {
      isFirst = false
      try value(role: role, inherited: inherited, plain: plain)
    }
  }

  /// A string whose quote is next, unescaped. Its bytes need not be UTF-8.
  private mutating func string(into buffer: ByteBuffer) throws(JSONFault) {
    try lexer.openString()
    guard let base = lexer.bytes.baseAddress else { return }
    while true {
      switch try lexer.fragment() {
      case .run(let run): buffer.append(base + run.lowerBound, run.count)
      case .scalar("\u{8}"), .scalar("\u{C}"): buffer.append(0x20)
      case .scalar(let scalar): buffer.append(scalar)
      case .end: return
      }
    }
  }

  /// A number, true or false as it is written; null leaves nothing.
  private mutating func scalar() throws(JSONFault) {
    let start = lexer.position
    if case .null = try lexer.scalar() { return }
    guard let base = lexer.bytes.baseAddress else { return }
    record.bytes.append(base + start, lexer.position - start)
  }
}

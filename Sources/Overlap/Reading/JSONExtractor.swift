import Reading

/// Takes the texts out of JSON values without building them: untrusted bytes, read once.
struct JSONExtractor {
  /// What trainers read is read here too: text that was cut within a pair, control characters, Python's NaN.
  static let leniency: JSONLexer.Leniency = [.halfPairs, .controlCharacters, .nonFinite]
  /// A list of more numbers is no list of answers: tokens' ids, or marks of what is learnt.
  private static let mostNumbers = 16

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
    /// Whether it is a list of messages each of which answers the one above it, as a tree of OpenAssistant's has them.
    var isReplies = false
  }

  private let record: DataRecord
  private var lexer: JSONLexer
  private let scratch = ByteBuffer()
  /// Where the fields of the last array's elements begin, and where they end; empty once any of these fields are gone.
  private var elements: [Int] = []

  /// Behind what has been read.
  var index: Int { lexer.position }

  /// - Parameter depth: of the value in which these bytes stand.
  init(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, into record: DataRecord, depth: Int = 0) {
    self.record = record
    lexer = JSONLexer(bytes, at: index, depth: depth, leniency: Self.leniency)
  }

  /// Reads one value whose first byte is next, and adds its texts to the record.
  mutating func value() throws(JSONFault) {
    let isArray = lexer.next == UInt8(ascii: "[")
    try value(Context())
    // A line that is a list of two texts.
    if isArray, elements.count == 3 { record.alternate(from: 0, elements) }
    record.closeGroup(from: 0)
  }

  mutating func value(_ context: Context) throws(JSONFault) {
    lexer.skipSpace()
    let start = record.bytes.count
    switch lexer.next {
    case 0x22:
      try string(into: record.bytes)
      Self.add(context, from: start, to: record, depth: lexer.depth)
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

  private mutating func object(_ context: Context) throws(JSONFault) {
    try lexer.open()
    let start = record.fields.count
    var speaker: FieldRole?
    var hasContent = false
    var columns = JSONColumns()
    var isFirst = true
    var members = 0
    var onlySpeaker: FieldRole?
    while try lexer.member(isFirst: isFirst) {
      isFirst = false
      members += 1
      scratch.removeAll()
      try string(into: scratch)
      let name = scratch.slice(0, scratch.count)
      let meaning = FieldNames.meaning(name)
      onlySpeaker = members == 1 ? FieldNames.knownSpeaker(name) : nil
      let isNumber = name.allSatisfy { $0 &- 0x30 < 10 }
      try lexer.colon()
      if meaning == .speaker, lexer.next == 0x22 {
        scratch.removeAll()
        try string(into: scratch)
        speaker = FieldNames.speaker(scratch.slice(0, scratch.count))
      } else if context.isSegment, meaning == .output, let learnt = learntMark {
        try value(Context(inherited: true))
        speaker = learnt ? .output : .input
      } else {
        if meaning == .content || meaning == .text { hasContent = true }
        // What answers a message comes after it: its own texts are the question by then.
        if meaning == .replies, let speaker, hasContent { record.take(speaker, from: start) }
        elements.removeAll(keepingCapacity: true)
        let place = record.fields.count
        try member(meaning, context)
        if meaning == .choices { record.noteChoices(place..<record.fields.count) }
        if !context.inherited { columns.note(meaning, elements) }
        columns.noteRow(isNumber, place)
      }
    }
    guard !isFirst else { return }
    elements = columns.rows(end: record.fields.count)
    // A message whose one name is who says it: {"user": "…"}.
    if speaker == nil, context.isElement, !context.inherited, let onlySpeaker {
      (speaker, hasContent) = (onlySpeaker, true)
    }
    if let speaker, hasContent {
      record.take(speaker, from: start)
    } else if !context.inherited {
      record.choose(from: start)
      if let table = columns.table { record.closeRows(table) }
      record.closeGroup(from: start)
    }
  }

  private mutating func member(_ meaning: FieldNames.Meaning?, _ context: Context) throws(JSONFault) {
    let start = record.fields.count
    var inner = context
    (inner.isPlain, inner.isElement, inner.isTokens) = (false, false, meaning == .tokens)
    inner.isReplies = meaning == .replies
    switch meaning {
    case .nothing:
      // Read, for it must be sound, and forgotten.
      let content = record.content
      try value(Context(inherited: true, isPlain: false))
      record.fields.removeLast(record.fields.count - start)
      elements = []
      record.content = content
    case .dialogue, .segments:
      record.beginDialogue()
      try value(Context(role: context.role, isSegment: meaning == .segments))
      record.alternate(from: start, elements)
      if meaning == .segments { record.joinPieces(from: start) }
    case .input where !context.inherited, .source where !context.inherited:
      (inner.role, inner.inherited, inner.isNamed) = (.input, true, meaning == .input)
      try value(inner)
    case .output where !context.inherited, .kind where !context.inherited:
      (inner.role, inner.inherited, inner.isNamed) = (.output, true, true)
      try value(inner)
      if meaning == .kind { record.markClass(start..<record.fields.count) }
    case .content, .text:
      // What a message says may be a list of parts, which belong to the message.
      (inner.inherited, inner.isPlain, inner.isNamed) = (context.inherited || meaning == .content, true, true)
      try value(inner)
    case .tokens:
      inner.isNamed = context.inherited && context.isNamed
      try value(inner)
      if record.joinTokens(from: start) { elements = [] }
    default:
      inner.isNamed = context.inherited && context.isNamed
      try value(inner)
    }
  }

  private mutating func array(_ context: Context) throws(JSONFault) {
    try lexer.open()
    var inner = context
    inner.isElement = true
    var starts: [Int] = []
    let first = record.fields.count
    let listed = record.content.listed
    let asked = record.dialogue
    while try lexer.element(isFirst: starts.isEmpty) {
      lexer.skipSpace()
      let start = record.fields.count
      starts.append(start)
      let isArray = lexer.next == UInt8(ascii: "[")
      // Every reply is one to the same message.
      if context.isReplies { record.dialogue = asked }
      // A list of dialogues, or of a table's rows.
      if isArray, !context.inherited { record.beginDialogue() }
      try value(inner)
      guard isArray, !context.inherited else { continue }
      // A list of a question and its answer, as ChatGLM and others keep what was said before.
      if elements.count == 3 { record.alternate(from: start, elements) }
      record.closeGroup(from: start)
    }
    guard !starts.isEmpty else { return }
    let numbers = record.content.listed - listed
    guard numbers <= Self.mostNumbers || numbers != starts.count else {
      record.fields.removeLast(record.fields.count - first)
      elements = []
      return
    }
    elements = starts + [record.fields.count]
  }

  /// Whether a piece of text is marked as learnt; nil where the next value is no such mark.
  private var learntMark: Bool? {
    switch lexer.next {
    case UInt8(ascii: "t"), UInt8(ascii: "1"): true
    case UInt8(ascii: "f"), UInt8(ascii: "0"): false
    default: nil
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

/// The turns of a dialogue that a chat template, or the template of a prompt, has made one text of.
///
/// A text that has turns is looked at as a whole all the same: what is taken for a template's marker in it may be somebody's words.
struct RenderedChat {
  /// What one side says.
  struct Turn: Equatable {
    let role: FieldRole
    /// In the text's bytes, without the markers.
    let start: Int
    let end: Int
  }

  /// Bytes of the longest text that is taken for a question and its answer where no marker stands between them.
  private static let longestExchange = 512

  /// - Parameter role: what the text as a whole is. What stands before the first marker of an answer is the answer.
  /// - Returns: the turns that are not blank, in order; empty for a text without markers.
  static func turns(in text: UnsafeBufferPointer<UInt8>, role: FieldRole) -> [Turn] {
    let marks = TurnMarks.find(in: text)
    guard !marks.isEmpty else { return role == .other ? exchange(text) : [] }
    var turns: [Turn] = []
    var current = role
    var open: (role: FieldRole, start: Int)? = role == .output ? (.output, 0) : nil
    func close(_ end: Int) {
      guard let (role, start) = open, text[start..<end].contains(where: { !DataFormat.isSpace($0) }) else { return }
      turns.append(Turn(role: role, start: start, end: end))
    }
    func isBlank(_ start: Int, _ end: Int) -> Bool { text[start..<end].allSatisfy(DataFormat.isSpace) }
    for mark in marks {
      // A token before a turn's first word is no part of it: "Assistant: </s>", "<|START_RESPONSE|>".
      if let (role, start) = open, mark.meaning == .skip || mark.meaning == .end && role == .output,
        isBlank(start, mark.start)
      {
        open = (role, mark.end)
        continue
      }
      if mark.meaning == .skip { continue }
      if mark.meaning != .resume { close(mark.start) }
      switch mark.meaning {
      case .begin(let role):
        current = role
        open = (role, mark.end)
      case .resume: open = (current, mark.end)
      case .end: open = nil
      case .skip: break
      }
    }
    close(text.count)
    return turns
  }

  /// A short text with one question mark is a question and what answers it, or nothing but a question.
  private static func exchange(_ text: UnsafeBufferPointer<UInt8>) -> [Turn] {
    let question = UInt8(ascii: "?")
    // Not the one of "n == 1 ? singular : plural".
    guard text.count <= longestExchange, let mark = text.firstIndex(of: question), mark > 0, mark + 1 < text.count,
      !DataFormat.isSpace(text[mark - 1]), DataFormat.isSpace(text[mark + 1]) || text[mark + 1] == UInt8(ascii: "<"),
      !text[(mark + 1)...].contains(question),
      text[(mark + 1)...].contains(where: { !DataFormat.isSpace($0) })
    else { return [] }
    return [
      Turn(role: .input, start: 0, end: mark + 1), Turn(role: .output, start: mark + 1, end: text.count),
    ]
  }
}

extension DataRecord {
  /// Bytes of the longest question that is put together from its parts.
  private static let longestQuestion = 1 << 14
  private static let mostParts = 8

  /// Adds the turns of texts that are rendered dialogues, and, where a question has several parts, the whole of it.
  func addTurns() {
    for index in fields.indices where !fields[index].isTurn { addTurns(of: index) }
    joinQuestions()
  }

  /// A question that the text leaves open, and an answer before any question of the text's own, belong with the other
  /// fields of the record: a rendered prompt beside its completion.
  private func addTurns(of index: Int) {
    let field = fields[index]
    let turns = RenderedChat.turns(in: text(field), role: field.role)
    guard !turns.isEmpty else { return }
    beginDialogue()
    var isAsked = false
    var lastGroup = field.group
    var unanswered = fields.count
    for turn in turns {
      if turn.role == .input { isAsked = true }
      let group = isAsked ? dialogueGroup(turn.role) : field.group
      if group != lastGroup { unanswered = fields.count }
      lastGroup = group
      if turn.role == .output { unanswered = fields.count + 1 }
      fields.append(
        RecordField(
          role: turn.role, group: group, isPlainText: false, isTurn: true, start: field.start + turn.start,
          end: field.start + turn.end))
    }
    for place in min(unanswered, fields.count)..<fields.count { fields[place].group = field.group }
    // What the turn says is the answer; the whole has the template's words too.
    if field.role == .output, turns.contains(where: { $0.role == .output }) { fields[index].role = .other }
  }

  /// An instruction and its input, or the parts of a message, are one question.
  private func joinQuestions() {
    var parts: [Int: [Int]] = [:]
    var count = 0
    for index in fields.indices where fields[index].role == .input { count += 1 }
    guard count > 1 else { return }
    for index in fields.indices where fields[index].role == .input {
      parts[fields[index].group, default: []].append(index)
    }
    for (group, members) in parts.sorted(by: { $0.key < $1.key }) {
      // Turns come from texts that are in the record as a whole.
      for isTurn in [false, true] {
        let own = members.filter { fields[$0].isTurn == isTurn }
        let size = own.reduce(0) { $0 + fields[$1].end - fields[$1].start }
        guard own.count > 1, own.count <= Self.mostParts, size <= Self.longestQuestion else { continue }
        let start = bytes.count
        for index in own {
          if bytes.count > start { bytes.append(0x20) }
          bytes.append(copyOf: fields[index].start, fields[index].end)
        }
        fields.append(
          RecordField(
            role: .input, group: group, isPlainText: false, isTurn: true, isJoined: true, start: start, end: bytes.count
          ))
      }
    }
  }
}

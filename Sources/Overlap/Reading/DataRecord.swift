/// What a record's field is to a model.
enum FieldRole: Sendable {
  /// What is asked.
  case input
  /// What is to be answered.
  case output
  /// Either, or neither: plain text, columns of unknown names, system prompts.
  case other
}

/// One field of a record.
struct RecordField {
  var role: FieldRole
  /// Inputs and outputs of one group belong together; below 0 until that is known.
  var group: Int
  /// Whether the field's name says text and nothing more: an input where the record has an output and no input.
  var isPlainText: Bool
  /// Whether the text is also part of others in the record: a turn of a rendered dialogue, a question made of several fields.
  var isTurn = false
  /// Whether it is several fields of the record, one behind the other.
  var isJoined = false
  /// Whether the name says a kind or a class: an answer only where the record has no other.
  var isClass = false
  /// In `DataRecord.bytes`.
  let start: Int
  let end: Int
}

/// A record of a data file, its texts unescaped. Filled again for every record.
final class DataRecord {
  /// The texts, one after the other.
  let bytes = ByteBuffer()
  var fields: [RecordField] = []
  /// Where the record begins, from 1.
  var line = 1
  /// Its number in the file from 1; 0 where the line says it all.
  var number = 0
  /// What of the record could be read.
  var content = RecordContent()
  /// Choices that no answer has named so far.
  var choices = ListedChoices()
  private(set) var groupCount = 0
  /// The group of the dialogue's current question, and whether it has been asked and answered.
  var dialogue: (group: Int, isAsked: Bool, isAnswered: Bool)?

  func reset(line: Int, number: Int) {
    bytes.removeAll()
    fields.removeAll(keepingCapacity: true)
    groupCount = 0
    content = RecordContent()
    choices = ListedChoices()
    dialogue = nil
    self.line = line
    self.number = number
  }

  func text(_ field: RecordField) -> UnsafeBufferPointer<UInt8> { bytes.slice(field.start, field.end) }

  func makeGroup() -> Int {
    groupCount += 1
    return groupCount - 1
  }

  /// A new list of messages begins.
  func beginDialogue() { dialogue = nil }

  /// The group of a message: a question opens one unless the last is still unanswered; an answer joins it.
  func dialogueGroup(_ role: FieldRole) -> Int {
    var current = dialogue ?? (makeGroup(), false, false)
    if role == .input, current.isAnswered { current = (makeGroup(), false, false) }
    if role == .input { current.isAsked = true }
    if role == .output { current.isAnswered = true }
    dialogue = current
    return current.group
  }

  func markClass(_ places: Range<Int>) {
    for place in places { fields[place].isClass = true }
  }

  /// The fields from `start` on that have no group yet are what a speaker says in the dialogue.
  func take(_ speaker: FieldRole, from start: Int) {
    guard fields[start...].contains(where: { $0.group < 0 }) || fields.count == start else { return }
    let group = dialogueGroup(speaker)
    for place in start..<fields.count where fields[place].group < 0 {
      fields[place].role = speaker
      fields[place].group = group
    }
  }

  /// Gives the fields from `start` on that have no group yet one of their own, and sees whether a plain text among
  /// them is what is asked.
  func closeGroup(from start: Int) { closeGroup(start..<fields.count) }

  func closeGroup(_ places: some Sequence<Int>) {
    var hasInput = false
    var hasOutput = false
    var open = false
    var hasClass = false
    for place in places where fields[place].group < 0 {
      open = true
      if fields[place].role == .input { hasInput = true }
      guard fields[place].role == .output else { continue }
      if fields[place].isClass { hasClass = true } else { hasOutput = true }
    }
    guard open else { return }
    if hasClass, hasOutput {
      for place in places where fields[place].group < 0 && fields[place].isClass { fields[place].role = .other }
    }
    hasOutput = hasOutput || hasClass
    let group = openDialogue(hasInput, hasOutput) ?? makeGroup()
    for place in places where fields[place].group < 0 {
      fields[place].group = group
      if fields[place].isPlainText, fields[place].role == .other, hasOutput, !hasInput { fields[place].role = .input }
    }
  }

  /// The group of a dialogue that lacks just what other fields have: its answer, or its question.
  private func openDialogue(_ hasInput: Bool, _ hasOutput: Bool) -> Int? {
    guard let dialogue, hasInput != hasOutput else { return nil }
    if hasOutput { return dialogue.isAsked && !dialogue.isAnswered ? dialogueGroup(.output) : nil }
    return dialogue.isAnswered && !dialogue.isAsked ? dialogueGroup(.other) : nil
  }

  /// Columns of a table that is written column by column: what stands at the same place in each is a record of its own.
  ///
  /// - Parameter columns: of each, where its elements' fields begin, with one more entry for the end.
  func closeRows(_ columns: [[Int]]) {
    for row in 0..<((columns.map(\.count).min() ?? 1) - 1) {
      closeGroup(columns.flatMap { Array(($0[row]..<$0[row + 1]).clamped(to: fields.indices)) })
    }
  }
}

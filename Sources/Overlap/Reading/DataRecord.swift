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
  private(set) var groupCount = 0
  /// The group of the dialogue's current question, and whether it has been answered.
  private var dialogue: (group: Int, isAnswered: Bool)?

  func reset(line: Int, number: Int) {
    bytes.removeAll()
    fields.removeAll(keepingCapacity: true)
    groupCount = 0
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
    var current = dialogue ?? (makeGroup(), false)
    if role == .input, current.isAnswered { current = (makeGroup(), false) }
    if role == .output { current.isAnswered = true }
    dialogue = current
    return current.group
  }

  /// Gives the fields from `start` on that have no group yet one of their own, and sees whether a plain text among
  /// them is what is asked.
  func closeGroup(from start: Int) {
    var hasInput = false
    var hasOutput = false
    var open = false
    for field in fields[start...] where field.group < 0 {
      open = true
      if field.role == .input { hasInput = true }
      if field.role == .output { hasOutput = true }
    }
    guard open else { return }
    let group = makeGroup()
    for index in start..<fields.count where fields[index].group < 0 {
      fields[index].group = group
      if fields[index].isPlainText, fields[index].role == .other, hasOutput, !hasInput { fields[index].role = .input }
    }
  }
}

/// Runs the checks on records: one for each thread.
final class RecordScanner {
  let index: SuiteIndex
  var findings = FindingStore()
  private(set) var tallies: [Int: FileTally] = [:]

  /// More fields than these of one group are looked at one by one only: a record may be an array of a million words.
  private static let mostFields = 64

  /// The current record and its place.
  let record = DataRecord()
  private(set) var place = RecordPlace(file: 0, line: 0, number: 0)
  /// Fields of the record that belong together, and, beside them, their texts as the checks see them.
  private(set) var fields: [RecordField] = []
  private(set) var texts: [NormalisedText] = []
  /// Items whose pair was found in the current record.
  var pairHits: Set<Int32> = []
  /// Items of which the current record's own texts have a near-duplicate.
  var nearHits: Set<Int> = []
  /// For the n-gram check: where in the current field an item's last match ends.
  var matchEnds: [Int32: Int] = [:]
  private let folding = ScalarFolding()

  init(_ index: SuiteIndex) { self.index = index }

  /// - Throws: `InputError` as the reader does; what came before has been scanned.
  func scan(_ batch: DataBatch) throws {
    var tally = tallies[batch.file] ?? FileTally()
    tally.bytes += batch.bytes.count
    defer { tallies[batch.file] = tally }
    try RecordReader(batch, into: record).forEach { record in
      tally.records += 1
      if !record.content.hasText { tally.withoutText += 1 }
      if record.content.isUnread { tally.unread += 1 }
      place = RecordPlace(file: batch.file, line: record.line, number: record.number)
      record.addTurns()
      scanRecord(&tally)
    }
  }

  private func scanRecord(_ tally: inout FileTally) {
    pairHits.removeAll(keepingCapacity: true)
    nearHits.removeAll(keepingCapacity: true)
    var members = record.fields
    if members.contains(where: { $0.group != members[0].group }) {
      members.sort { ($0.group, $0.isTurn ? 1 : 0, $0.start) < ($1.group, $1.isTurn ? 1 : 0, $1.start) }
    }
    var start = 0
    while start < members.count {
      var end = start + 1
      while end < members.count, members[end].group == members[start].group { end += 1 }
      scanGroup(members[start..<end], &tally)
      start = end
    }
  }

  private func scanGroup(_ members: ArraySlice<RecordField>, _ tally: inout FileTally) {
    fields.removeAll(keepingCapacity: true)
    for field in members {
      let slot = min(fields.count, Self.mostFields)
      if slot == texts.count { texts.append(NormalisedText(folding: folding)) }
      let text = texts[slot]
      text.set(record.text(field))
      guard text.wordCount > 0 else { continue }
      if slot < Self.mostFields { fields.append(field) }
      // A turn's words are those of the text that it is from.
      if !field.isTurn { checkGrams(text, field) }
      forEachSegment(of: text) { range, isSplit in
        checkSegmentPair(text, range, isSplit: isSplit, field)
        if !isSplit { checkNearDuplicate(text, range, field) }
      }
    }
    if fields.count > 1 || fields.contains(where: { $0.role != .other }) { checkGroup(&tally) }
  }

  /// Lines, paragraphs and the whole, each once; two lines that follow one another are given as split.
  private func forEachSegment(of text: NormalisedText, _ body: (WordRange, _ isSplit: Bool) -> Void) {
    let lines = text.lines
    var line = 0
    for paragraph in text.paragraphs {
      let first = line
      while line < lines.count, lines[line].end <= paragraph.end {
        body(lines[line], false)
        line += 1
      }
      let count = line - first
      if count > 2 {
        for number in first..<line - 1 {
          body(WordRange(start: lines[number].start, end: lines[number + 1].end), true)
        }
      }
      if count > 1 { body(paragraph, false) }
    }
    if text.paragraphs.count > 1 { body(text.whole, false) }
  }

  /// The data's own text of some words, shortened.
  func excerpt(_ text: NormalisedText, _ range: WordRange, _ field: RecordField) -> String {
    let (start, end) = text.sourceRange(range)
    let source = record.text(field)
    var stop = min(end, start + OverlapRules.excerpt)
    let isShortened = stop < end
    // Not within a scalar.
    while isShortened, stop > start, source[stop] & 0xC0 == 0x80 { stop -= 1 }
    while !isShortened, stop > start, DataFormat.isSpace(source[stop - 1]) { stop -= 1 }
    let words = String(decoding: source[start..<stop], as: UTF8.self)
    return isShortened ? words + "…" : words
  }
}

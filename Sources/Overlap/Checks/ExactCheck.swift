extension RecordScanner {
  /// Check 2 within one text: a line, two lines, a paragraph or a field that is an item's input and answer.
  ///
  /// Digits are kept here: with them folded, "12 + 7" and "11 + 8" would be one item.
  func checkSegmentPair(_ text: NormalisedText, _ range: WordRange, isSplit: Bool, _ field: RecordField) {
    let bytes = text.slice(range)
    guard index.pairLengths.contains(bytes.count) else { return }
    let key = hash(bytes)
    for item in index.renderedPairs.find(key) ?? [] { notePair(item) { excerpt(text, range, field) } }
    // Of two lines of a list, such as a word list, the second is no answer.
    guard !isSplit, !field.isJoined else { return }
    for item in index.pairs.find(key) ?? [] where !isListed(text, range, index.items[Int(item)].inputWords.count, field)
    {
      notePair(item) { excerpt(text, range, field) }
    }
  }

  /// Whether an input and its answer stand side by side as a list's entries do ("Yes/No", "- positive", "- negative"): a choice
  /// between them is no question and answer.
  private func isListed(_ text: NormalisedText, _ range: WordRange, _ inputCount: Int, _ field: RecordField) -> Bool {
    guard inputCount < range.count else { return false }
    let source = record.text(field)
    let next = text.sourceRange(WordRange(start: range.start + inputCount, end: range.end)).start
    var start = next
    while start > 0, source[start - 1] < 0x80, !TemplateToken.isLetter(source[start - 1]), source[start - 1] &- 0x30 > 9
    {
      start -= 1
    }
    let between = source[start..<next]
    if between.contains(UInt8(ascii: "/")), !between.contains(UInt8(ascii: "<")) { return true }
    // Both lines begin with the sign of a list.
    let first = text.sourceRange(range).start
    return Self.isListMark(source[..<first]) && Self.isListMark(between)
  }

  /// Whether a line has '-' or '*' and nothing else before its first word.
  private static func isListMark(_ before: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let line = before.split(separator: 0x0A, omittingEmptySubsequences: false).last ?? before
    let signs = line.filter { !DataFormat.isSpace($0) }
    return signs == [UInt8(ascii: "-")] || signs == [UInt8(ascii: "*")]
  }

  private static let mostUnnamed = 4

  func notePair(_ item: Int32, score: Double = 1, _ text: () -> String) {
    guard pairHits.insert(item).inserted else { return }
    let entry = index.items[Int(item)]
    findings.add(
      score == 1 ? .exactPair : .containedPair, Int(item), at: place, score: score, suiteText: entry.rendered,
      text: text)
  }

  /// Check 2 between the fields of a record that belong together, and what checks 3 and 4 need of them.
  func checkGroup(_ tally: inout FileTally) {
    let group = FieldGroup(fields)
    var outputs: [(field: Int, key: UInt64)] = []
    for field in group.outputs {
      let key = texts[field].key(texts[field].whole)
      outputs.append((field, key))
      noteOutput(field, key, &tally)
      // An answer may be followed by its explanation, or follow it.
      for range in statements(of: field) where range != texts[field].whole {
        outputs.append((field, texts[field].key(range)))
      }
    }
    let answers = outputs + group.others.map { ($0, texts[$0].key(texts[$0].whole)) }
    for field in group.inputs + group.others { checkInput(field, answers) }
    // A few columns of unknown names beside a question, and none that is an answer by name: each may be.
    let unnamed = group.outputs.isEmpty && group.others.count <= Self.mostUnnamed ? group.others : []
    for output in unnamed {
      for range in [texts[output].whole] + statements(of: output) { outputs.append((output, texts[output].key(range))) }
    }
    for field in group.inputs {
      for output in outputs { checkContained(field, output) }
      for output in group.outputs + unnamed { checkSentences(of: output, answering: field) }
    }
    if let first = group.inputs.first { notePrompt(first, &tally) }
  }

  /// An input field, its last paragraph (a few-shot prompt's query) or its last line.
  private func checkInput(_ field: Int, _ answers: [(field: Int, key: UInt64)]) {
    let text = texts[field]
    var ranges = [text.whole]
    if let paragraph = text.paragraphs.last, text.paragraphs.count > 1 { ranges.append(paragraph) }
    if let line = text.lines.last, text.lines.count > 1 { ranges.append(line) }
    for range in ranges {
      let bytes = text.slice(range)
      guard index.inputLengths.contains(bytes.count), let items = index.inputs.find(hash(bytes)) else { continue }
      noteInput(items, field, range, answers, isWhole: range == text.whole)
    }
  }

  private func noteInput(
    _ items: ArraySlice<Int32>, _ field: Int, _ range: WordRange, _ answers: [(field: Int, key: UInt64)], isWhole: Bool
  ) {
    let source = fields[field]
    for item in items {
      let entry = index.items[Int(item)]
      if let answer = answers.first(where: { $0.field != field && entry.hasAnswer($0.key) }) {
        notePair(item) { beside(field, range, answer.field) }
      } else if source.role == .input, isWhole {
        findings.add(.exactInput, Int(item), at: place, score: 1, suiteText: entry.input) {
          excerpt(texts[field], range, source)
        }
      }
    }
  }

  func beside(_ field: Int, _ range: WordRange, _ output: Int) -> String {
    let answer = excerpt(texts[output], texts[output].whole, fields[output])
    return "\(excerpt(texts[field], range, fields[field])) → \(answer)"
  }
}

/// Which of a group's fields are what, by number.
private struct FieldGroup {
  /// More columns of unknown names are a table of something else.
  private static let mostOthers = 8

  var inputs: [Int] = []
  var outputs: [Int] = []
  var others: [Int] = []

  init(_ fields: [RecordField]) {
    for (number, field) in fields.enumerated() {
      switch field.role {
      case .input: inputs.append(number)
      case .output: outputs.append(number)
      case .other: others.append(number)
      }
    }
    if others.count > Self.mostOthers { others = [] }
  }
}

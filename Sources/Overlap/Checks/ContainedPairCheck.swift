extension RecordScanner {
  /// Bytes of the longest sentence that is looked at.
  private static let longestSentence = 240

  /// An item's answer to a short question that holds its input: the same item in the data's own words. Answers of
  /// one character are too often right by chance ("A").
  func checkContained(_ field: Int, _ output: (field: Int, key: UInt64)) {
    guard index.outputs.mayHold(output.key), let known = index.outputs.find(output.key),
      let answer = known.first, index.answers[Int(answer)].text.utf8.count > 1
    else { return }
    forEachItem(askedIn: field) { item, range, share in
      let entry = index.items[Int(item)]
      guard entry.hasAnswer(output.key), !isChoice(entry, in: texts[field], range) else { return }
      notePair(item, score: share) { beside(field, range, output.field) }
    }
  }

  /// Whether a question names an item's input and its answer side by side, as what to choose from: "Yes/No", "positive or negative".
  private func isChoice(_ item: ItemEntry, in text: NormalisedText, _ asked: WordRange) -> Bool {
    func stands(_ words: [UInt64], _ key: UInt64, at start: Int) -> Bool {
      let range = WordRange(start: start, end: start + words.count)
      return range.start >= asked.start && range.end <= asked.end && text.key(range) == key
    }
    func isOr(_ place: Int) -> Bool {
      place >= asked.start && place < asked.end && SentenceWords.alternatives.contains(text.words[place])
    }
    return item.answers.contains { answer in
      (asked.start..<asked.end).contains { start in
        guard stands(answer.words, answer.key, at: start) else { return false }
        let (before, behind) = (start - item.inputWords.count, start + answer.words.count)
        return [before, behind].contains { stands(item.inputWords, item.inputKey, at: $0) }
          || isOr(start - 1) && stands(item.inputWords, item.inputKey, at: before - 1)
          || isOr(behind) && stands(item.inputWords, item.inputKey, at: behind + 1)
      }
    }
  }

  /// The same, where the answer is a sentence of it: "The opposite of east is west."
  ///
  /// All other words of the sentence must be the question's or say nothing ("It is …", "The answer is …"), and what is
  /// asked must not be answered by yes or no: "Is it hot?", "It is cold." is no antonym. A sentence that repeats the
  /// item's input may have one word more.
  func checkSentences(of output: Int, answering field: Int) {
    let sentences = statements(of: output).filter { $0.count > 1 && $0.count <= 2 * OverlapRules.wordsAround }
    guard !sentences.isEmpty else { return }
    forEachItem(askedIn: field) { item, range, share in
      guard !SentenceWords.yesOrNo.contains(texts[field].words[range.start]),
        let sentence = sentences.first(where: {
          isAnswer($0, of: output, to: index.items[Int(item)], asked: range, in: field)
        })
      else { return }
      notePair(item, score: share) {
        "\(excerpt(texts[field], range, fields[field])) → \(excerpt(texts[output], sentence, fields[output]))"
      }
    }
  }

  /// What an answer may be beside the whole of it: its first line and sentence, a last line that stands alone or is marked as the
  /// result ("#### 19"), and what the last `\boxed{}` has; each once.
  func statements(of field: Int) -> [WordRange] {
    let text = texts[field]
    guard let first = text.lines.first, let last = text.lines.last else { return [] }
    var found = [first]
    let opening = sentence(first, of: field)
    if opening != first { found.append(opening) }
    if last != first, last == text.paragraphs.last || isMarked(last, in: field) { found.append(last) }
    if let boxed = boxed(in: field), !found.contains(boxed) { found.append(boxed) }
    return found
  }

  /// The words between the braces of a field's last `\boxed{…}`.
  private func boxed(in field: Int) -> WordRange? {
    let source = record.text(fields[field])
    let mark = Array("boxed{".utf8)
    guard source.count > mark.count,
      let open = (0...(source.count - mark.count)).last(where: {
        source[$0 + mark.count - 1] == mark.last && source[$0..<$0 + mark.count].elementsEqual(mark)
      })
    else { return nil }
    let start = open + mark.count
    let close = source[start...].firstIndex(of: UInt8(ascii: "}")) ?? source.count
    let text = texts[field]
    func place(_ word: Int) -> Int { text.sourceRange(WordRange(start: word, end: word + 1)).start }
    guard let first = (0..<text.wordCount).first(where: { place($0) >= start && place($0) < close }) else { return nil }
    let end = (first..<text.wordCount).first { place($0) >= close } ?? text.wordCount
    return WordRange(start: first, end: end)
  }

  /// Every item whose input stands in a short question: the last paragraph of a field.
  ///
  /// - Parameter body: gets the item, the question and the input's share of its words.
  private func forEachItem(askedIn field: Int, _ body: (Int32, WordRange, Double) -> Void) {
    let text = texts[field]
    guard let range = text.paragraphs.last, range.count <= index.longestInput + OverlapRules.wordsAround else { return }
    let words = UnsafeBufferPointer(start: text.words + range.start, count: range.count)
    for start in words.indices {
      for item in index.firstWords.find(words[start]) ?? [] {
        let entry = index.items[Int(item)]
        let length = entry.inputWords.count
        guard start + length <= words.count, length + OverlapRules.wordsAround >= words.count, length < words.count,
          words[start..<start + length].elementsEqual(entry.inputWords),
          // Digits count here.
          text.key(WordRange(start: range.start + start, end: range.start + start + length)) == entry.inputKey
        else { continue }
        body(item, range, Double(length) / Double(words.count))
      }
    }
  }

  private func isAnswer(
    _ sentence: WordRange, of output: Int, to item: ItemEntry, asked: WordRange, in field: Int
  ) -> Bool {
    let question = UnsafeBufferPointer(start: texts[field].words + asked.start, count: asked.count)
    let repeated = texts[output].place(of: item.inputWords, item.inputKey, in: sentence) != nil
    for answer in item.answers where answer.words.count < sentence.count && answer.length > 1 {
      // What the question names already is chosen, not answered.
      guard texts[field].place(of: answer.words, answer.key, in: asked) == nil,
        let place = texts[output].place(of: answer.words, answer.key, in: sentence)
      else { continue }
      var hasVerb = repeated
      var others = 0
      for number in sentence.start..<sentence.end where !(place.start..<place.end).contains(number) {
        let word = texts[output].words[number]
        if SentenceWords.verbs.contains(word) { hasVerb = true }
        if !SentenceWords.empty.contains(word), !question.contains(word) { others += 1 }
      }
      if hasVerb, others <= (repeated ? 1 : 0) { return true }
    }
    return false
  }

  private func isMarked(_ line: WordRange, in field: Int) -> Bool {
    let source = record.text(fields[field])
    var index = texts[field].sourceRange(line).start
    while index > 0, DataFormat.isSpace(source[index - 1]), source[index - 1] != 0x0A { index -= 1 }
    return index > 0 && source[index - 1] == UInt8(ascii: "#")
  }

  /// A line's first words, up to a full stop, an exclamation or a question mark before a space.
  private func sentence(_ line: WordRange, of field: Int) -> WordRange {
    let text = texts[field]
    let (start, end) = text.sourceRange(line)
    let source = record.text(fields[field])
    let last = min(end, start + Self.longestSentence) - 1
    var index = start
    while index < last {
      let byte = source[index]
      let isEnd = byte == UInt8(ascii: ".") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?")
      if isEnd, DataFormat.isSpace(source[index + 1]) {
        var words = line.start
        while words < line.end, text.sourceRange(WordRange(start: words, end: words + 1)).start < index { words += 1 }
        return WordRange(start: line.start, end: max(words, line.start + 1))
      }
      index += 1
    }
    return line
  }
}

extension NormalisedText {
  /// The first place of some words in a range. Digits count: the key decides.
  fileprivate func place(of other: [UInt64], _ otherKey: UInt64, in range: WordRange) -> WordRange? {
    guard let first = other.first, other.count <= range.count else { return nil }
    for start in range.start...(range.end - other.count) where words[start] == first {
      let place = WordRange(start: start, end: start + other.count)
      if key(place) == otherKey { return place }
    }
    return nil
  }
}

/// Words around an answer that say nothing themselves.
enum SentenceWords {
  static let verbs = words("is are was were be its thats called equals becomes means")
  static let empty = words(
    """
    a an the it that this these they there here is are was were be its thats called equals becomes means would answer correct \
    answers result so sure yes of course okay certainly therefore thus then we get you as in to for known word one simply output response
    """)
  static let alternatives = words("or and versus vs")
  /// What a question begins with that asks for yes or no.
  static let yesOrNo = words(
    """
    is are was were am do does did has have had isnt arent wasnt werent dont doesnt didnt hasnt havent hadnt
    """)

  /// The hashes that `NormalisedText` gives them.
  private static func words(_ list: String) -> Set<UInt64> {
    let text = NormalisedText(folding: ScalarFolding())
    var list = list
    list.withUTF8 { text.set($0) }
    return Set(UnsafeBufferPointer(start: text.words, count: text.wordCount))
  }
}

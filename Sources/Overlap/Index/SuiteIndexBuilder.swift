import Suites

/// Collects what a suite's tasks bring to the index.
struct SuiteIndexBuilder {
  private(set) var tasks: [TaskEntry] = []
  private(set) var items: [ItemEntry] = []
  private(set) var answers: [AnswerEntry] = []
  private(set) var grams: [GramPlace] = []
  private(set) var longGrams: [(key: UInt64, value: Int32)] = []
  private(set) var shortGrams: [(key: UInt64, value: Int32)] = []
  private(set) var inputs: [(key: UInt64, value: Int32)] = []
  private(set) var inputLengths = LengthSet()
  private(set) var pairs: [(key: UInt64, value: Int32)] = []
  private(set) var renderedPairs: [(key: UInt64, value: Int32)] = []
  private(set) var pairLengths = LengthSet()
  private(set) var outputs: [(key: UInt64, value: Int32)] = []
  private(set) var firstWords: [(key: UInt64, value: Int32)] = []
  private(set) var longestInput = 0
  private(set) var nearTexts: [NearText] = []
  private(set) var nearBands: [(key: UInt64, value: Int32)] = []
  private(set) var nearGrams: Set<UInt64> = []
  private(set) var nearLengths: ClosedRange<Int>?
  let minHash = MinHash()
  private let text = NormalisedText(folding: ScalarFolding())

  mutating func add(_ task: TaskDefinition, task number: Int) {
    let scored = Set(task.scoredItems.map(\.id))
    addAnswers(task, number, scored: scored)
    for item in task.items { add(item, of: task, number, isScored: scored.contains(item.id)) }
    tasks.append(
      TaskEntry(
        name: task.name, scoredIDs: task.scoredItems.map(\.id), template: task.template,
        templateGrams: TemplateShape(template: task.template)?.grams ?? [],
        labelCount: Set((task.items.map(\.output) + (task.labels ?? [])).compactMap { key($0) }).count))
  }

  private mutating func addAnswers(_ task: TaskDefinition, _ number: Int, scored: Set<String>) {
    var order: [UInt64] = []
    var texts: [UInt64: (text: String, item: String?, gold: Int, isLabel: Bool)] = [:]
    func note(_ text: String, _ item: Item?, gold: Bool, isLabel: Bool) {
      guard let key = key(text) else { return }
      if texts[key] == nil { order.append(key) }
      var known = texts[key] ?? (text, nil, 0, false)
      known.item = known.item ?? item?.id
      known.gold += gold ? 1 : 0
      known.isLabel = known.isLabel || isLabel
      texts[key] = known
    }
    for item in task.items {
      note(item.output, item, gold: scored.contains(item.id), isLabel: true)
      for alias in item.aliases { note(alias, item, gold: false, isLabel: false) }
    }
    for choice in task.labels ?? [] { note(choice, nil, gold: false, isLabel: true) }
    for key in order {
      guard let known = texts[key] else { continue }
      outputs.append((key, Int32(answers.count)))
      answers.append(
        AnswerEntry(
          task: number, text: known.text, key: key, item: known.item, goldCount: known.gold, isLabel: known.isLabel))
    }
  }

  private mutating func add(_ item: Item, of task: TaskDefinition, _ number: Int, isScored: Bool) {
    let place = Int32(items.count)
    let query = task.template.replacing("{input}", with: item.input, maxReplacements: 1)
    let rendered = query + task.answerPrefix + item.output
    let inputWords = words(item.input)
    addKey(item.input, place, to: \.inputs, \.inputLengths)
    addKey(query, place, to: \.inputs, \.inputLengths)
    for answer in [item.output] + item.aliases where !inputWords.isEmpty {
      addKey(item.input + " " + answer, place, to: \.pairs, \.pairLengths)
      addKey(query + task.answerPrefix + answer, place, to: \.renderedPairs, \.pairLengths)
    }
    if let first = inputWords.first { firstWords.append((first, place)) }
    var gramWords = inputWords
    var gramText = item.input
    if inputWords.count < OverlapRules.shortGram {
      let before = task.template.firstRange(of: "{input}").map { words(String(task.template[..<$0.lowerBound])) } ?? []
      gramWords = words(rendered)
      gramText = rendered
      addShortInput(place, gramWords, input: before.count..<before.count + inputWords.count, equal: inputWords)
    } else {
      addInput(place, inputWords)
    }
    addNearText(item.input, Int(place))
    addNearText(item.input + " " + item.output, Int(place))
    items.append(
      ItemEntry(
        task: number, id: item.id, input: item.input, rendered: rendered, isScored: isScored,
        answers: ([item.output] + item.aliases).compactMap { answer($0) }, inputKey: key(item.input) ?? 0,
        inputWords: inputWords, gramWords: gramWords, gramText: gramText))
    longestInput = max(longestInput, inputWords.count)
  }

  private mutating func addInput(_ place: Int32, _ words: [UInt64]) {
    let isLong = words.count >= OverlapRules.longGram
    let length = isLong ? OverlapRules.longGram : OverlapRules.shortGram
    for start in 0...(words.count - length) {
      let entry = (RollingHash.value(words[start..<start + length]), Int32(grams.count))
      grams.append(GramPlace(item: place, offset: Int32(start)))
      if isLong { longGrams.append(entry) } else { shortGrams.append(entry) }
    }
  }

  /// Of a short input only the 8-grams that hold all of it: the others are the template's own words.
  private mutating func addShortInput(
    _ place: Int32, _ words: [UInt64], input: Range<Int>, equal inputWords: [UInt64]
  ) {
    let length = OverlapRules.shortGram
    guard words.count >= length, input.upperBound <= words.count, !input.isEmpty,
      words[input].elementsEqual(inputWords)
    else { return }
    for start in 0...(words.count - length) where start <= input.lowerBound && start + length >= input.upperBound {
      shortGrams.append((RollingHash.value(words[start..<start + length]), Int32(grams.count)))
      grams.append(GramPlace(item: place, offset: Int32(start)))
    }
  }

  private mutating func addNearText(_ source: String, _ item: Int) {
    normalise(source)
    let bytes = text.slice(text.whole)
    guard text.wordCount >= OverlapRules.distinctiveWords, bytes.count >= OverlapRules.nearLeastBytes else { return }
    var set: Set<UInt64> = []
    forEachGram(bytes, foldDigits: true) {
      set.insert($0)
      return true
    }
    guard let signature = minHash.signature(set) else { return }
    for band in MinHash.bands(signature) { nearBands.append((band, Int32(nearTexts.count))) }
    nearTexts.append(NearText(item: item, text: source, signature: signature))
    nearGrams.formUnion(set)
    // Sets of J ≥ .8 differ in size by a quarter at most; texts in which 5-grams repeat by a little more.
    let lengths = bytes.count * 2 / 3...bytes.count * 3 / 2
    nearLengths =
      nearLengths.map { min($0.lowerBound, lengths.lowerBound)...max($0.upperBound, lengths.upperBound) } ?? lengths
  }

  private mutating func addKey(
    _ source: String, _ place: Int32, to entries: WritableKeyPath<Self, [(key: UInt64, value: Int32)]>,
    _ lengths: WritableKeyPath<Self, LengthSet>
  ) {
    guard let key = key(source) else { return }
    self[keyPath: entries].append((key, place))
    self[keyPath: lengths].insert(text.slice(text.whole).count)
  }

  /// Nil for a text without words.
  private func key(_ source: String) -> UInt64? {
    normalise(source)
    return text.wordCount == 0 ? nil : text.key(text.whole)
  }

  private func answer(_ source: String) -> AnswerWords? {
    guard let key = key(source) else { return nil }
    return AnswerWords(
      key: key, words: Array(UnsafeBufferPointer(start: text.words, count: text.wordCount)),
      length: text.slice(text.whole).count)
  }

  private func words(_ source: String) -> [UInt64] {
    normalise(source)
    return Array(UnsafeBufferPointer(start: text.words, count: text.wordCount))
  }

  private func normalise(_ source: String) {
    var source = source
    source.withUTF8 { text.set($0) }
  }
}

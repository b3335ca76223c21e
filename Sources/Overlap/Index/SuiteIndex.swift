import Suites

/// Everything of a suite that is looked for in data: made once, read by every thread.
struct SuiteIndex: Sendable {
  let suite: String
  let tasks: [TaskEntry]
  let items: [ItemEntry]
  let answers: [AnswerEntry]

  /// 13-grams and 8-grams → `grams`.
  let longGrams: HashIndex
  let shortGrams: HashIndex
  let grams: [GramPlace]

  /// Inputs and rendered queries → `items`.
  let inputs: HashIndex
  let inputLengths: LengthSet
  /// Input with answer, one after the other → `items`.
  let pairs: HashIndex
  /// Rendered query with answer → `items`.
  let renderedPairs: HashIndex
  let pairLengths: LengthSet
  /// Gold answers, aliases and choices → `answers`.
  let outputs: HashIndex
  /// Inputs' first words → `items`.
  let firstWords: HashIndex
  /// Words of the longest input.
  let longestInput: Int

  let nearTexts: [NearText]
  let nearBands: HashIndex
  /// Every 5-gram of every near text.
  let nearGrams: HashIndex
  /// Bytes of texts that could be near-duplicates.
  let nearLengths: ClosedRange<Int>?
  let minHash: MinHash

  init(_ suite: Suite) {
    var builder = SuiteIndexBuilder()
    for (task, definition) in suite.tasks.enumerated() { builder.add(definition, task: task) }
    self.suite = suite.name
    tasks = builder.tasks
    items = builder.items
    answers = builder.answers
    grams = builder.grams
    longGrams = HashIndex(builder.longGrams)
    shortGrams = HashIndex(builder.shortGrams)
    inputs = HashIndex(builder.inputs)
    inputLengths = builder.inputLengths
    pairs = HashIndex(builder.pairs)
    renderedPairs = HashIndex(builder.renderedPairs)
    pairLengths = builder.pairLengths
    outputs = HashIndex(builder.outputs)
    firstWords = HashIndex(builder.firstWords)
    longestInput = builder.longestInput
    nearTexts = builder.nearTexts
    nearBands = HashIndex(builder.nearBands)
    nearGrams = HashIndex(builder.nearGrams.map { ($0, 0) })
    nearLengths = builder.nearLengths
    minHash = builder.minHash
  }
}

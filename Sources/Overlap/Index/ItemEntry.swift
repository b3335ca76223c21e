/// An item as the checks look for it.
struct ItemEntry: Sendable {
  /// Place in `SuiteIndex.tasks`.
  let task: Int
  let id: String
  let input: String
  /// The query as it is asked, with the gold answer.
  let rendered: String
  /// False for an item that is only ever shown as a demonstration.
  let isScored: Bool
  /// The gold answer and its aliases.
  let answers: [AnswerWords]
  /// The input's key, and its words.
  let inputKey: UInt64
  let inputWords: [UInt64]
  /// What the n-gram check compares: the input, or a short one in its rendered query with the answer.
  let gramWords: [UInt64]
  let gramText: String

  func hasAnswer(_ key: UInt64) -> Bool { answers.contains { $0.key == key } }
}

/// An answer of an item, as it may stand in a sentence.
struct AnswerWords: Sendable {
  let key: UInt64
  let words: [UInt64]
  /// Bytes, normalised.
  let length: Int
}

/// An answer of a task.
struct AnswerEntry: Sendable {
  let task: Int
  let text: String
  let key: UInt64
  /// The first item that has it; nil for a choice that no item has.
  let item: String?
  /// How many scored items have it as gold answer.
  let goldCount: Int
  /// False for what only ever is an alias.
  let isLabel: Bool
}

/// Where an n-gram is: word `offset` of an item's `gramWords`.
struct GramPlace: Sendable {
  let item: Int32
  let offset: Int32
}

/// A text that near-duplicates are looked for of.
struct NearText: Sendable {
  let item: Int
  let text: String
  let signature: [UInt32]
}

/// A task as the checks need it.
struct TaskEntry: Sendable {
  let name: String
  /// In file order.
  let scoredIDs: [String]
  /// The template as it is written, and its 5-grams; no grams where it is the input alone.
  let template: String
  let templateGrams: Set<UInt64>
  /// How many different labels the task has.
  let labelCount: Int
}

/// What counts as evidence.
enum OverlapRules {
  /// Inputs of at least so many words are compared by 13-grams, shorter ones by 8-grams.
  static let longGram = 13
  static let shortGram = 8
  /// An input of at least so many words in the data is no coincidence, whatever its answer there: "go" or "United
  /// Arab Emirates" may be asked about in any data, "this app crashes constantly" is the item.
  static let distinctiveWords = 4
  /// Near-duplicates are looked for of texts of at least so many bytes (and `distinctiveWords` words).
  static let nearLeastBytes = 24
  static let nearSimilarity = 0.8
  /// Label sets this similar are worth a warning; so is data with few labels of which half the gold answers are.
  static let labelSimilarity = 0.5
  static let goldShare = 0.5
  static let fewLabels = 1000.0
  static let templateSimilarity = 0.5
  /// A question in the data's own words around an item's input has at most so many words beside it.
  static let wordsAround = 24
  /// A task that lost more than this share of its items has no vote.
  static let votingShare = 0.2
  /// Findings kept for each check and item, of those counted.
  static let kept = 3
  /// Bytes of the longest text shown.
  static let excerpt = 240
}

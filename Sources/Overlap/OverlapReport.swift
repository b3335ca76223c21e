import Diagnostics

/// What a finding rests on: the five checks, of which the second asks four questions of short items.
package enum OverlapCheck: String, Sendable, Hashable, Codable, CaseIterable {
  /// 1: a shared 13-gram of words, or 8-gram of a short text; scored by the longest match as a share of the item.
  case nGram = "n-gram"
  /// 2: the item's input with one of its answers, as a record's question and answer or in one text.
  case exactPair = "exact pair"
  /// 2: one of the item's answers to a short question that holds the item's input in other words.
  case containedPair = "contained pair"
  /// 2: the item's input, with another answer or none.
  case exactInput = "exact input"
  /// 2: one of the task's answers, to whatever question.
  case exactOutput = "exact output"
  /// 3: the label sets; scored by their Jaccard similarity, or by the share of gold answers that are labels of the data.
  case labels
  /// 4: the templates; scored by the Jaccard similarity of their character 5-grams, slots blanked.
  case template
  /// 5: MinHash of character 5-grams; scored by the estimate of their Jaccard similarity.
  case nearDuplicate = "near-duplicate"

  /// The check's number, 1 to 5.
  package var number: Int {
    switch self {
    case .nGram: 1
    case .exactPair, .containedPair, .exactInput, .exactOutput: 2
    case .labels: 3
    case .template: 4
    case .nearDuplicate: 5
    }
  }
}

/// What follows from a finding.
package enum OverlapSeverity: String, Sendable, Hashable, Codable {
  /// The item was in the data: it is dropped.
  case contaminated
  /// The data come close to the task, or hold a demonstration; nothing is dropped.
  case warning
  /// To be expected, and counted.
  case note
}

/// Where in the data something was found.
package struct DataPlace: Sendable, Hashable, Comparable, Codable {
  /// The file's path as it was given.
  package let file: String
  /// Where the record begins, from 1.
  package let line: Int
  /// The record's number in a JSON array or a table, from 1 without the header.
  package let record: Int?

  package static func < (first: Self, second: Self) -> Bool {
    (first.file, first.line, first.record ?? 0) < (second.file, second.line, second.record ?? 0)
  }
}

/// Something of the suite that is also in the data, the two texts side by side.
package struct OverlapFinding: Sendable, Hashable, Codable {
  package let check: OverlapCheck
  package let severity: OverlapSeverity
  package let place: DataPlace
  /// At most about 240 bytes of the data.
  package let dataText: String
  package let task: String
  /// Nil where the finding is about the task as a whole.
  package let item: String?
  /// What it equals or comes close to in the suite.
  package let suiteText: String
  /// 0 to 1, as the check says.
  package let score: Double
  /// How often the check found this item or task; only the first three places are kept.
  package let occurrences: Int
}

/// What the data mean for one task.
package struct TaskOverlap: Sendable, Hashable, Codable {
  package let task: String
  /// How many items are asked.
  package let scoredItems: Int
  /// Ids of the asked items that were in the data, in file order: to be dropped from both sides.
  package let contaminated: [String]
  /// Largest Jaccard similarity of the task's labels and a file's answers.
  package let labelSimilarity: Double
  /// Largest share of the asked items' gold answers that are answers in a file.
  package let goldShare: Double
  /// Largest similarity of the task's template and one of a file's.
  package let templateSimilarity: Double

  /// The share of the asked items that are contaminated.
  package let share: Double
  /// False where more than a fifth is dropped.
  package let votes: Bool

  init(
    task: String, scoredItems: Int, contaminated: [String], labelSimilarity: Double, goldShare: Double,
    templateSimilarity: Double
  ) {
    self.task = task
    self.scoredItems = scoredItems
    self.contaminated = contaminated
    self.labelSimilarity = labelSimilarity
    self.goldShare = goldShare
    self.templateSimilarity = templateSimilarity
    share = scoredItems == 0 ? 0 : Double(contaminated.count) / Double(scoredItems)
    votes = share <= OverlapRules.votingShare
  }
}

/// A file that was read.
package struct ScannedFile: Sendable, Hashable, Codable {
  package let path: String
  package let format: DataFormat
  package let bytes: Int
  /// Lines, elements, rows or paragraphs.
  package let records: Int
  /// Those of them without a text that could be looked at: token ids alone, numbers, empty strings.
  package let recordsWithoutText: Int
  /// Those that hold token ids or lists of numbers instead: what they say is not known.
  package let unreadRecords: Int

  /// Why nothing is known of what the file holds or not; nil where what it says was read. An empty record says nothing.
  package var obstacle: ShownText? {
    guard unreadRecords > 0 || recordsWithoutText == records else { return nil }
    let instead: ShownText = unreadRecords > 0 ? ", but token ids or numbers" : ""
    return recordsWithoutText == records
      ? "none of \(records) records has text to check\(instead)"
      : "\(unreadRecords) of \(records) records have no text to check\(instead)"
  }
}

/// Whether a suite is held out from data. Equal for equal files, whatever the number of threads.
package struct OverlapReport: Sendable, Hashable, Codable {
  package let suite: String
  package let files: [ScannedFile]
  /// Tasks in the suite's order, with the items' findings in theirs.
  package let findings: [OverlapFinding]
  /// Every task, in the suite's order.
  package let tasks: [TaskOverlap]

  /// How many asked items are contaminated.
  package var contaminatedCount: Int { tasks.reduce(0) { $0 + $1.contaminated.count } }

  /// The contaminated items' ids by task; tasks without any are left out.
  package var contaminatedItems: [String: Set<String>] {
    Dictionary(uniqueKeysWithValues: tasks.filter { !$0.contaminated.isEmpty }.map { ($0.task, Set($0.contaminated)) })
  }

  /// Why it cannot be said that the suite is held out, with the first file of which that is so; nil where everything was read.
  package var obstacle: ShownText? {
    for file in files {
      guard let obstacle = file.obstacle else { continue }
      return "\(file.path): \(obstacle); give the data as text, before it was tokenised"
    }
    return nil
  }

  /// Tasks that lost too much to vote.
  package var withoutVote: [String] { tasks.filter { !$0.votes }.map(\.task) }
}

/// Where a task's demonstrations come from.
package enum PoolRule: Sendable, Hashable {
  /// The first lines of the items file, which are demonstrations only and never scored.
  case first(Int)
  /// A class that has no more members: every line is scored, and the first lines are also demonstrations for the
  /// blocks that do not hold them.
  case closed(Int)

  /// How many lines, from the first, may be demonstrations.
  package var count: Int {
    switch self {
    case .first(let count), .closed(let count): count
    }
  }
}

/// One task: a YAML file and the items file that it names.
package struct TaskDefinition: Sendable, Hashable {
  /// The file's name without its extension.
  package let name: String
  /// The kind of ability that it tests.
  package let family: String
  package let version: Int
  /// The query as text with one `{input}`.
  package let template: String
  /// What stands between the query and its answer.
  package let answerPrefix: String
  /// What stands between a demonstration and what follows it.
  package let separator: String
  /// The text that ends an answer.
  package let stop: String
  /// The numbers of demonstrations to ask with, ascending.
  package let shots: [Int]
  /// Items a block.
  package let blockSize: Int
  package let pool: PoolRule
  package let conditions: [Condition]
  /// Where the facts come from, or how the items were made.
  package let source: String
  /// SPDX identifier of the items' licence.
  package let licence: String
  /// All items in file order, the pool included.
  package let items: [Item]
  /// The YAML file's path, for messages.
  package let file: String
  /// What a chat says of the task before its first question, where it is asked with instructions; nil for nothing.
  package let instruction: String?
  /// What chats of the task have besides.
  package let chat: TaskChat

  package init(
    name: String, family: String, version: Int, template: String, answerPrefix: String, separator: String, stop: String,
    shots: [Int], blockSize: Int, pool: PoolRule, conditions: [Condition], source: String, licence: String,
    items: [Item], file: String, instruction: String? = nil, chat: TaskChat = TaskChat()
  ) {
    self.name = name
    self.family = family
    self.version = version
    self.template = template
    self.answerPrefix = answerPrefix
    self.separator = separator
    self.stop = stop
    self.shots = shots
    self.blockSize = blockSize
    self.pool = pool
    self.conditions = conditions
    self.source = source
    self.licence = licence
    self.items = items
    self.file = file
    self.instruction = instruction
    self.chat = chat
  }
}

/// What a task's chats have that raw text has not.
package struct TaskChat: Sendable, Hashable {
  /// The system's message, where the configuration says none; nil for none.
  package let system: String?
  /// What every answer of the assistant's begins with: it is written, and the answer is scored behind it and the task's answer prefix.
  package let prefill: String?

  package init(system: String? = nil, prefill: String? = nil) {
    self.system = system
    self.prefill = prefill
  }
}

extension TaskDefinition {
  /// The items that are asked: those after the pool, or all of a closed class.
  package var scoredItems: ArraySlice<Item> {
    switch pool {
    case .first(let count): items.dropFirst(count)
    case .closed: items[...]
    }
  }

  /// The scored items in file order, `blockSize` at a time; an item that is added at the end of the file leaves every
  /// other item where it was.
  package var blocks: [Block] {
    let scored = scoredItems
    return stride(from: scored.startIndex, to: scored.endIndex, by: max(1, blockSize)).enumerated().map {
      Block(index: $0, items: Array(scored[$1..<min($1 + max(1, blockSize), scored.endIndex)]))
    }
  }

  /// How many blocks the task has.
  package var blockCount: Int { (scoredItems.count + max(1, blockSize) - 1) / max(1, blockSize) }

  /// The labels of a classification task, in the order of its items' choices; nil where answers are free.
  package var labels: [String]? { items.first?.choices }

  /// The score of knowing nothing but the answers' frequencies: the majority share of gold answers over the scored
  /// items, or 1 / |choices|, the larger (admission subtracts it).
  package var chance: Double {
    let scored = scoredItems
    guard !scored.isEmpty else { return 0 }
    let largest = Dictionary(grouping: scored, by: \.output).values.map(\.count).max() ?? 0
    let majority = Double(largest) / Double(scored.count)
    guard let labels, !labels.isEmpty else { return majority }
    return max(majority, 1 / Double(labels.count))
  }
}

/// A question and its gold answer: one line of a task's items file.
package struct Item: Sendable, Hashable {
  /// Stable name, unique in its task: lower-case letters, digits and hyphens.
  package let id: String
  /// What replaces `{input}` in the task's template.
  package let input: String
  /// The gold answer, without the answer prefix and without surrounding space.
  package let output: String
  /// Answers that are as right as `output`; never equal to it.
  package let aliases: [String]
  /// Every label of a classification task, in one order for all its items; nil where the answer is free.
  package let choices: [String]?

  package init(id: String, input: String, output: String, aliases: [String] = [], choices: [String]? = nil) {
    self.id = id
    self.input = input
    self.output = output
    self.aliases = aliases
    self.choices = choices
  }
}

/// Items that share one draw of demonstrations: the cluster of the statistics.
package struct Block: Sendable, Hashable {
  /// Position in the task's fixed block order, from 0.
  package let index: Int
  /// Consecutive scored items in file order; only the last block of a task may be short.
  package let items: [Item]

  package init(index: Int, items: [Item]) {
    self.index = index
    self.items = items
  }
}

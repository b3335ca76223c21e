/// The part that a request plays for its item.
package enum Role: Sendable, Hashable {
  /// The gold answer, with exact match; where the item has choices it also stands for the choice that equals the gold
  /// answer.
  case gold
  /// Another answer to choose from, by its index in the item's choices.
  case choice(Int)
}

/// Where a request comes from: one item at one k under one draw of demonstrations.
package struct Observation: Sendable, Hashable {
  package let task: String
  package let family: String
  /// The item's id.
  package let item: String
  /// The index of the item's block in its task.
  package let block: Int
  /// Demonstrations before the query.
  package let k: Int
  package let draw: Int
  package let condition: Condition
  package let role: Role
  package let request: Request

  package init(
    task: String, family: String, item: String, block: Int, k: Int, draw: Int, condition: Condition, role: Role,
    request: Request
  ) {
    self.task = task
    self.family = family
    self.item = item
    self.block = block
    self.k = k
    self.draw = draw
    self.condition = condition
    self.role = role
    self.request = request
  }
}

/// Everything that is asked about one block under one draw: all its items at every k, gold answers and choices. The
/// unit in which scores are computed and committed.
package struct RequestBlock: Sendable, Hashable {
  package let task: String
  /// The block's index in its task.
  package let block: Int
  package let draw: Int
  package let observations: [Observation]

  package init(task: String, block: Int, draw: Int, observations: [Observation]) {
    self.task = task
    self.block = block
    self.draw = draw
    self.observations = observations
  }

  /// The same without its choices, whose logprobs alone say anything.
  package var withoutChoices: RequestBlock {
    RequestBlock(task: task, block: block, draw: draw, observations: observations.filter { $0.role == .gold })
  }
}

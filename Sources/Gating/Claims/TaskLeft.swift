/// One task's few-shot exact match, mean over k > 0, block by block: all that the figures over tasks are made of.
package struct TaskLeft: Sendable, Hashable, Codable {
  package let task: String
  package let family: String
  /// The base's mean.
  package let base: Double
  /// The base's mean minus this model's in each block, in the blocks' order.
  package let drops: [Double]
  /// Items over all blocks, as many in each.
  package let items: Int

  package init(task: String, family: String, base: Double, drops: [Double], items: Int) {
    self.task = task
    self.family = family
    self.base = base
    self.drops = drops
    self.items = items
  }
}

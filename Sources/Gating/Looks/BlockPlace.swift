/// One block of one task.
package struct BlockPlace: Sendable, Hashable {
  package let task: String
  package let block: Int

  package init(task: String, block: Int) {
    self.task = task
    self.block = block
  }
}

import Suites

/// What identifies a score among one model's under gold demonstrations.
struct Question: Hashable, Comparable, CustomStringConvertible {
  let task: String
  let block: Int
  let item: String
  let k: Int
  let draw: Int

  init(_ score: ItemScore) {
    task = score.task
    block = score.block
    item = score.item
    k = score.k
    draw = score.draw
  }

  /// Within its task.
  var description: String { "block \(block), item \(item), k \(k), draw \(draw)" }

  static func < (first: Question, second: Question) -> Bool {
    (first.task, first.block, first.item, first.k, first.draw)
      < (second.task, second.block, second.item, second.k, second.draw)
  }
}

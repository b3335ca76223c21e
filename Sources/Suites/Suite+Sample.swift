extension Suite {
  /// The first block of every task with gold demonstrations, as an example of what is asked.
  package func sampleRequests() throws -> [Request] {
    try requestBlocks(rounds: 1).flatMap { $0.observations.map(\.request) }
  }

  /// One question of as many tasks, with the fewest demonstrations that a task is asked with, but one where it can be.
  package func firstRequests(ofTasks count: Int) throws -> [Request] {
    try requestBlocks(rounds: 1).prefix(count).compactMap { block in
      let gold = block.observations.filter { $0.role == .gold }
      return (gold.first { $0.k > 0 } ?? gold.first)?.request
    }
  }
}

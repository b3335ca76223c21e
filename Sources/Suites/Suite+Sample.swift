extension Suite {
  /// The first block of every task with gold demonstrations, as an example of what is asked.
  package func sampleRequests() throws -> [Request] {
    var seen: Set<String> = []
    return try requestBlocks(share: .all).filter { seen.insert($0.task).inserted }
      .flatMap { $0.observations.map(\.request) }
  }
}

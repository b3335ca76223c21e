extension Baseline {
  /// The tasks that vote on a candidate: admitted, not what its fine-tuning was about, and at most a fifth of each in its data. All
  /// others need not be asked.
  ///
  /// - Parameters: as `Verdict.judge` has them.
  package func votingTasks(related: Set<String>, contaminated: [String: Set<String>]) -> Set<String> {
    let items = Dictionary(grouping: scores, by: \.task).mapValues { Set($0.map(\.item)) }
    return admittedTasks.subtracting(related).filter { task in
      let scored = items[task] ?? []
      let found = scored.intersection(contaminated[task] ?? []).count
      return found == 0 || !Contamination(items: found, scored: scored.count).outweighs
    }
  }

  /// The tasks that are not among these.
  package func tasks(besides tasks: Set<String>) -> Set<String> {
    Set(admission.map(\.task)).subtracting(tasks)
  }
}

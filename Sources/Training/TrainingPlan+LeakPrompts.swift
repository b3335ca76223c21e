import Reading
import Suites

extension TrainingPlan {
  /// Items a task whose prompts leak mass is measured on, and the most shots they have.
  private static let leakItems = 2
  private static let leakShots = 4

  /// Few-shot prompts of the suites' tasks that have none of this task's labels among their answers: the first items of each at four
  /// shots, as token ids. Empty where this task has no labels. They are asked and never trained on.
  package func leakPrompts(from suites: [Suite]) throws -> [[Int32]] {
    guard !labels.isEmpty else { return [] }
    let own = Set(labels.map { $0.lowercased() })
    return try suites.flatMap { suite in
      let unrelated = Set(
        suite.tasks.filter { task in
          !task.items.contains { item in
            ([item.output] + item.aliases).contains { own.contains($0.stripped().lowercased()) }
          }
        }.map(\.name))
      var seen: Set<String> = []
      return try suite.requestBlocks(rounds: 1).filter { unrelated.contains($0.task) && seen.insert($0.task).inserted }
        .flatMap { block -> [[Int32]] in
          let shots = block.observations.map(\.k).filter { $0 <= Self.leakShots }.max()
          let requests = block.observations.filter { $0.k == shots && $0.role == .gold }.map(\.request)
          return requests.prefix(Self.leakItems)
            .map { encoder.tokenizer.encodePrompt($0.context, addSpecialTokens: $0.specialTokens) }
            .filter { !$0.isEmpty && $0.count <= encoder.contextLength }
        }
    }
  }
}

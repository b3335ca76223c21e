import Gating
import Ledger
import Scoring
import Suites

/// Asks models the controls of a diagnosis, through the ledger.
struct ControlAsking {
  let run: SuiteRun
  let tasks: Set<String>
  /// Of the fine-tuning; leak mass is not asked without.
  let labels: [String]
  /// Items that are in the fine-tuning data, by task.
  let contaminated: [String: Set<String>]
  let progress: (ScoringProgress) -> Void

  /// Orders of the demonstrations that are asked beside the gold one.
  private static let orders = 0..<3

  /// - Parameter gold: the subject's scores of the suite, which hold what is asked with gold demonstrations.
  func ask(_ subject: any AskedModel, _ model: any ReadyModel, gold: [ItemScore]) throws -> ControlScores {
    let scorer = model.scorer
    func items(_ asking: Asking, draws: Range<Int> = SuiteRun.draws) throws -> [ItemScore] {
      let questions = SuiteRun.Questions(draws: draws, tasks: tasks, asking: asking)
      return try run.execute(subject, scorer: scorer, questions: questions, progress: progress).items.filter(isClean)
    }
    return ControlScores(
      gold: kept(gold), random: try items(.random), abstract: try items(.abstract),
      permutations: try items(.permutation, draws: Self.orders),
      leaks: labels.isEmpty || subject.server?.writesOnly == true
        ? [] : try run.leakScores(subject, scorer: scorer, tasks: tasks, labels: labels, progress: progress))
  }

  private func isClean(_ line: ItemScore) -> Bool { contaminated[line.task]?.contains(line.item) != true }

  /// The gold scores at k = 0 and at the controls' k, of the blocks that the controls are asked.
  private func kept(_ gold: [ItemScore]) -> [ItemScore] {
    var shots: [String: Int] = [:]
    var blocks: [String: Int] = [:]
    for task in run.suite.tasks where tasks.contains(task.name) {
      shots[task.name] = task.controlShots
      blocks[task.name] = run.share.blocks(of: task.blockCount)
    }
    return gold.filter { line in
      guard let k = shots[line.task], let count = blocks[line.task] else { return false }
      return (line.k == 0 || line.k == k) && line.block < count && line.draw == 0 && isClean(line)
    }
  }
}

extension SuiteRun {
  /// The probability that each item of some tasks is answered by one of the labels, at the controls' k; of items whose own answer is one
  /// there is none.
  func leakScores(
    _ subject: any AskedModel, scorer: some Scorer, tasks: Set<String>, labels: [String],
    progress: @escaping (ScoringProgress) -> Void
  ) throws -> [LeakScore] {
    let questions = Questions(tasks: tasks, asking: .leak(labels))
    _ = try execute(subject, scorer: scorer, questions: questions, progress: progress)
    let observations = try questions.blocks(of: suite, share: share).flatMap(\.observations)
      .filter { $0.role != .gold }
    let known = try ledger.knownScores(
      model: subject.id, numerics: scorer.numericsID, requests: observations.map(\.request.id))
    var masses: [LeakScore] = []
    // Observations of an item stand together.
    for observation in observations {
      guard let own = known[observation.request.id]?.probability else {
        throw ScoringFault.missingScore(request: observation.request.id)
      }
      if let last = masses.last, last.task == observation.task, last.item == observation.item {
        masses[masses.count - 1] = LeakScore(task: last.task, item: last.item, mass: min(1, last.mass + own))
      } else {
        masses.append(LeakScore(task: observation.task, item: observation.item, mass: own))
      }
    }
    return masses
  }
}

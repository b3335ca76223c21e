import Diagnostics
import Suites

/// A base model's scores on a suite, and which tasks they admit: what candidates are contrasted with, committed as a file.
package struct Baseline: Sendable, Equatable {
  /// The version of the file's layout that this program reads and writes.
  package static let schemaVersion = 1

  /// The program that made it, such as `holdfast 0.1.0`.
  package let createdBy: String
  package let run: RunDescription
  /// δ_family, as admission was decided with it.
  package let familyMargin: Double
  /// One a task, ascending by task.
  package let admission: [TaskAdmission]
  /// Ascending by task, item, k and draw; gold labels only; logprobs rounded to six decimals, as the file holds them.
  package let scores: [ItemScore]

  /// The tasks that may vote, as far as the base decides it.
  package var admittedTasks: Set<String> { Set(admission.filter(\.admitted).map(\.task)) }

  /// Decides admission and freezes it beside the scores.
  ///
  /// - Parameters:
  ///   - tasks: the suite's tasks, each with its family and chance.
  ///   - scores: a score for every item of every task at every k and draw; scores under another condition are left out.
  ///   - familyMargin: δ_family, the absolute drop that the gate tolerates in a family.
  /// - Throws: `InputError` where the scores are not complete, consistent and finite.
  package init(
    createdBy: String, run: RunDescription, tasks: [TaskFacts], scores: [ItemScore], familyMargin: Double
  ) throws {
    let gold = scores.filter { $0.condition == .gold }
    let byTask = Dictionary(grouping: gold, by: \.task)
    let admission = tasks.map {
      TaskAdmission($0, items: ItemAbility.items(of: byTask[$0.task]?[...] ?? []), familyMargin: familyMargin)
    }
    try self.init(
      createdBy: createdBy, run: run, familyMargin: familyMargin, admission: admission, scores: gold,
      file: "the scores to save")
  }

  /// The same with its model's scores under further draws after its own: for judging, not for a file, as its tasks then differ in
  /// their draws.
  init(_ baseline: Baseline, adding scores: [ItemScore]) {
    createdBy = baseline.createdBy
    run = baseline.run
    familyMargin = baseline.familyMargin
    admission = baseline.admission
    self.scores = baseline.scores + scores.filter { $0.condition == .gold }.map(\.roundedToFile)
  }

  /// The same with what its model scored under other demonstrations; admission stays frozen.
  ///
  /// - Parameter scores: of every task that is admitted; of a share of every task's blocks too.
  package func with(scores: [ItemScore]) -> Baseline { Baseline(self, scores: scores) }

  private init(_ baseline: Baseline, scores: [ItemScore]) {
    createdBy = baseline.createdBy
    run = baseline.run
    familyMargin = baseline.familyMargin
    let asked = Set(scores.map(\.task))
    admission = baseline.admission.filter { asked.contains($0.task) }
    self.scores = scores.filter { $0.condition == .gold }.map(\.roundedToFile)
  }

  /// - Parameter file: what messages call the source.
  /// - Throws: `InputError` where the parts do not belong together.
  init(
    createdBy: String, run: RunDescription, familyMargin: Double, admission: [TaskAdmission], scores: [ItemScore],
    file: String
  ) throws {
    self.createdBy = createdBy
    self.run = run
    self.familyMargin = familyMargin
    self.admission = admission.sorted { $0.task < $1.task }
    self.scores = scores.map(\.roundedToFile).sorted {
      ($0.task, $0.item, $0.k, $0.draw) < ($1.task, $1.item, $1.k, $1.draw)
    }
    try validate(file)
  }
}

extension ItemScore {
  /// The same with its logprob as a baseline file holds it: six decimals, and no negative zero.
  fileprivate var roundedToFile: ItemScore {
    ItemScore(
      task: task, item: item, block: block, k: k, draw: draw, condition: condition, exactMatch: exactMatch,
      logprob: logprob.map { ($0 * 1e6).rounded() / 1e6 + 0 }, choiceCorrect: choiceCorrect)
  }
}

import Diagnostics
import Statistics
import Suites

/// The questions that every run of two sides was asked, in whole blocks: what shares leave, and runs that were stopped.
struct CommonQuestions {
  /// Ascending by name; those with a common block.
  let tasks: [CommonTask]
  /// Questions of the reference's first run that are left out.
  let onlyReference: Int
  /// Questions of the other side's first run that are left out.
  let onlyOther: Int

  /// - Parameter counted: the tasks that count in families and overall; nil for all.
  /// - Throws: `InputError` where there is none.
  init(_ reference: ComparisonSide, _ other: ComparisonSide, counting counted: Set<String>?) throws {
    let (ofReference, ofOther) = (reference.runs.map(\.scores.byTask), other.runs.map(\.scores.byTask))
    let first = reference.runs[0]
    let tasks = ofReference[0].keys.sorted().compactMap { task -> CommonTask? in
      let (base, own) = (ofReference.compactMap { $0[task] }, ofOther.compactMap { $0[task] })
      guard base.count == ofReference.count, own.count == ofOther.count else { return nil }
      return CommonTask(
        task, family: first.families[task] ?? other.runs[0].families[task] ?? "",
        counts: counted?.contains(task) ?? true, reference: base, other: own)
    }
    guard !tasks.isEmpty else {
      throw InputError(
        other.source, "has no block of questions in common with \(reference.source)",
        remedy: "finish its run: 'holdfast run' goes on where it was stopped")
    }
    let common = tasks.reduce(0) { $0 + $1.questions }
    self.tasks = tasks
    onlyReference = first.scores.count - common
    onlyOther = other.runs[0].scores.count - common
  }
}

/// A task's common blocks, both sides.
struct CommonTask {
  let name: String
  let family: String
  /// Whether it counts in its family and overall.
  let counts: Bool
  /// Items at one k under one draw.
  let questions: Int
  let items: Int
  let blocks: Int
  /// Exact match at k = 0; nil where that was not asked.
  let zeroShot: TaskMeans?
  /// Exact match, mean over k > 0; nil where none was asked.
  let fewShot: TaskMeans?
  /// p(gold answer), mean over k > 0; nil where none was asked.
  let probability: TaskMeans?
  /// The answers of the reference's first run.
  private let ofReference: [ItemScore]
  /// The other side's answers, a list a run in the order of the reference's.
  private let ofOther: [[ItemScore]]

  /// - Parameters:
  ///   - reference: a slice a run.
  ///   - other: a slice a run.
  /// - Returns: nil without a block of which every run was asked every item at every k and draw.
  init?(
    _ name: String, family: String, counts: Bool, reference: [ArraySlice<ItemScore>], other: [ArraySlice<ItemScore>]
  ) {
    let shots = reference[0].distinct(\.k)
    let asked = Self.common(reference + other, questionsAnItem: shots.count * reference[0].distinct(\.draw).count)
    guard !asked[0].isEmpty else { return nil }
    let abilities = asked.map { ItemAbility.items(of: $0[...]) }
    let (ofReference, ofOther) = (Array(abilities.prefix(reference.count)), Array(abilities.suffix(other.count)))
    let fewShots = Shots.fewShot.selected(from: shots)
    self.name = name
    self.family = family
    self.counts = counts
    questions = asked[0].count
    items = abilities[0].count
    blocks = Set(abilities[0].map(\.block)).count
    zeroShot = TaskMeans(.exactMatch, ofReference, ofOther, over: [0])
    fewShot = TaskMeans(.exactMatch, ofReference, ofOther, over: fewShots)
    probability = TaskMeans(.probability, ofReference, ofOther, over: fewShots)
    self.ofReference = asked[0]
    self.ofOther = Array(asked.suffix(other.count))
  }

  /// One of the other side's runs, the reference's first one as the base; by block, item, k and draw.
  func contrasts(ofRun run: Int) -> [ItemContrast] {
    zip(ofReference, ofOther[run]).map { ItemContrast(family: family, base: $0, candidate: $1, counts: counts) }
      .sorted { Question($0.base) < Question($1.base) }
  }

  /// The answers of every run to the questions of whole blocks that all were asked, all in one order.
  private static func common(_ runs: [ArraySlice<ItemScore>], questionsAnItem: Int) -> [[ItemScore]] {
    let byBlock = runs.map { Dictionary(grouping: $0, by: \.block) }
    var common = runs.map { _ in [ItemScore]() }
    for (block, lines) in byBlock[0] {
      let answers = byBlock.compactMap { blocks -> [ItemScore]? in
        guard let answers = blocks[block], answers.count == lines.count else { return nil }
        let byQuestion = Dictionary(answers.map { (Question($0), $0) }) { first, _ in first }
        let ordered = lines.compactMap { byQuestion[Question($0)] }
        return ordered.count == lines.count ? ordered : nil
      }
      let areWhole = Dictionary(grouping: lines, by: \.item).values.allSatisfy { $0.count == questionsAnItem }
      guard answers.count == runs.count, areWhole else { continue }
      for run in runs.indices { common[run] += answers[run] }
    }
    return common
  }
}

/// A metric of both sides on a task, mean over some k.
struct TaskMeans {
  /// The mean over its runs.
  let reference: Double
  let other: Double
  /// A run each.
  let referenceRuns: [Double]
  let otherRuns: [Double]
  /// Other less reference, an item each, over the runs of each.
  let differences: TaskValues

  /// - Parameters:
  ///   - reference: a list of items a run, all in one order.
  ///   - other: the same of the other side.
  /// - Returns: nil without items, or where one was not asked at one of the k.
  init?(_ metric: Metric, _ reference: [[ItemAbility]], _ other: [[ItemAbility]], over shots: [Int]) {
    func values(_ runs: [[ItemAbility]]) -> [[Double]]? {
      let values = runs.map { items in items.compactMap { $0.mean(metric, over: shots) } }
      return zip(values, runs).allSatisfy { $0.count == $1.count && !$0.isEmpty } ? values : nil
    }
    guard let ofReference = values(reference), let ofOther = values(other) else { return nil }
    referenceRuns = ofReference.compactMap(mean)
    otherRuns = ofOther.compactMap(mean)
    self.reference = mean(referenceRuns) ?? 0
    self.other = mean(otherRuns) ?? 0
    func average(_ runs: [[Double]], _ item: Int) -> Double { mean(runs.map { $0[item] }) ?? 0 }
    let items = reference[0]
    differences = TaskValues(
      values: items.indices.map { average(ofOther, $0) - average(ofReference, $0) }, blocks: items.map(\.block))
  }
}

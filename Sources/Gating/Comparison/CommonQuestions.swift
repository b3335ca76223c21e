import Diagnostics
import Statistics
import Suites

/// The questions that two models were both asked, in whole blocks: what shares leave, and runs that were stopped.
struct CommonQuestions {
  /// Ascending by name; those with a common block.
  let tasks: [CommonTask]
  /// Questions of the reference that are left out.
  let onlyReference: Int
  /// Questions of the other one that are left out.
  let onlyOther: Int

  /// - Parameter counted: the tasks that count in families and overall; nil for all.
  /// - Throws: `InputError` where there is none.
  init(_ reference: ComparisonSide, _ other: ComparisonSide, counting counted: Set<String>?) throws {
    let (ofReference, ofOther) = (reference.scores.byTask, other.scores.byTask)
    let tasks = ofReference.keys.sorted().compactMap { task -> CommonTask? in
      guard let base = ofReference[task], let own = ofOther[task] else { return nil }
      return CommonTask(
        task, family: reference.families[task] ?? other.families[task] ?? "",
        counts: counted?.contains(task) ?? true, reference: base, other: own)
    }
    guard !tasks.isEmpty else {
      throw InputError(
        other.facts.source, "has no block of questions in common with \(reference.facts.source)",
        remedy: "finish its run: 'holdfast run' goes on where it was stopped")
    }
    let common = tasks.reduce(0) { $0 + $1.contrasts.count }
    self.tasks = tasks
    onlyReference = reference.scores.count - common
    onlyOther = other.scores.count - common
  }
}

/// A task's common blocks, both sides.
struct CommonTask {
  let name: String
  let family: String
  /// Whether it counts in its family and overall.
  let counts: Bool
  /// The reference as the base; by block, item, k and draw.
  let contrasts: [ItemContrast]
  let items: Int
  let blocks: Int
  /// At k = 0; nil where that was not asked.
  let zeroShot: TaskMeans?
  /// Mean over k > 0; nil where none was asked.
  let fewShot: TaskMeans?

  /// - Returns: nil without a block of which both were asked every item at every k and draw.
  init?(
    _ name: String, family: String, counts: Bool, reference: ArraySlice<ItemScore>, other: ArraySlice<ItemScore>
  ) {
    let shots = reference.distinct(\.k)
    let questionsAnItem = shots.count * reference.distinct(\.draw).count
    let ofOther = Dictionary(grouping: other, by: \.block)
    var contrasts: [ItemContrast] = []
    for (block, lines) in Dictionary(grouping: reference, by: \.block) {
      guard let answers = ofOther[block], answers.count == lines.count else { continue }
      let byQuestion = Dictionary(answers.map { (Question($0), $0) }) { first, _ in first }
      let pairs = lines.compactMap { line in
        byQuestion[Question(line)].map { ItemContrast(family: family, base: line, candidate: $0, counts: counts) }
      }
      let byItem = Dictionary(grouping: pairs, by: \.item)
      if pairs.count == lines.count, byItem.values.allSatisfy({ $0.count == questionsAnItem }) { contrasts += pairs }
    }
    guard !contrasts.isEmpty else { return nil }
    contrasts.sort { Question($0.base) < Question($1.base) }
    let items = zip(
      ItemAbility.items(of: contrasts.map(\.base)[...]), ItemAbility.items(of: contrasts.map(\.candidate)[...])
    ).map { PairedItem(base: $0, candidate: $1) }
    self.name = name
    self.family = family
    self.counts = counts
    self.contrasts = contrasts
    self.items = items.count
    blocks = Set(items.map(\.base.block)).count
    zeroShot = TaskMeans(items, over: [0])
    fewShot = TaskMeans(items, over: Shots.fewShot.selected(from: shots))
  }
}

/// Exact match of both sides on a task, mean over some k.
struct TaskMeans {
  let reference: Double
  let other: Double
  /// Other less reference, an item each.
  let differences: TaskValues

  /// - Returns: nil without items, or where one was not asked at one of the k.
  init?(_ items: [PairedItem], over shots: [Int]) {
    var (ofReference, ofOther) = ([Double](), [Double]())
    for item in items {
      guard let first = item.base.mean(.exactMatch, over: shots),
        let second = item.candidate.mean(.exactMatch, over: shots)
      else { return nil }
      ofReference.append(first)
      ofOther.append(second)
    }
    guard let reference = mean(ofReference), let other = mean(ofOther) else { return nil }
    self.reference = reference
    self.other = other
    differences = TaskValues(values: zip(ofReference, ofOther).map { $1 - $0 }, blocks: items.map(\.base.block))
  }
}

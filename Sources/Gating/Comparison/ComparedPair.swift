import Statistics

/// A family, or everything, side by side. It describes, and gives no verdict.
package struct UnitComparison: Sendable, Hashable, Codable {
  package let level: Level
  /// "overall", or the family's name.
  package let unit: String
  package let tasks: Int
  package let items: Int
  package let blocks: Int
  /// At k = 0; nil where no task was asked so. Its p value is not adjusted.
  package let zeroShot: Difference?
  /// Mean over k > 0; nil where no task was asked so. Its p value is not adjusted.
  package let fewShot: Difference?
  /// The same of p(gold answer).
  package let probability: Difference?

  init(_ level: Level, _ unit: String, families: [[CommonTask]]) {
    let all = families.joined()
    self.level = level
    self.unit = unit
    tasks = all.count
    items = all.reduce(0) { $0 + $1.items }
    blocks = all.reduce(0) { $0 + $1.blocks }
    zeroShot = Difference(families: families.map { $0.compactMap(\.zeroShot) })
    fewShot = Difference(families: families.map { $0.compactMap(\.fewShot) })
    probability = Difference(families: families.map { $0.compactMap(\.probability) })
  }

  enum CodingKeys: String, CodingKey {
    case level, unit, tasks, items, blocks
    case zeroShot = "zero_shot"
    case fewShot = "few_shot"
    case probability = "few_shot_probability"
  }
}

/// A task side by side.
package struct TaskComparison: Sendable, Hashable, Codable {
  /// What the adjusted p value of a marked task is below.
  package static let level = 0.05

  package let task: String
  package let family: String
  /// Whether it counts in its family and overall.
  package let counts: Bool
  package let items: Int
  package let blocks: Int
  /// At k = 0; nil where that was not asked.
  package let zeroShot: Difference?
  /// Mean over k > 0; nil where that was not asked. Its p value is not adjusted.
  package let fewShot: Difference?
  /// The same of p(gold answer).
  package let probability: Difference?
  /// The few-shot p value after Benjamini and Hochberg's adjustment over the pair's tasks; nil where there is none.
  package let adjustedPValue: Double?
  /// Whether that is below the level.
  package let isMarked: Bool

  enum CodingKeys: String, CodingKey {
    case task, family, counts, items, blocks
    case zeroShot = "zero_shot"
    case fewShot = "few_shot"
    case probability = "few_shot_probability"
    case adjustedPValue = "p_value_adjusted"
    case isMarked = "marked"
  }

  /// In the order given.
  static func list(_ tasks: [CommonTask]) -> [TaskComparison] {
    let fewShot = tasks.map { task in Difference(families: [[task.fewShot].compactMap { $0 }]) }
    let tested = tasks.indices.filter { fewShot[$0]?.pValue != nil }
    let adjusted = BenjaminiHochberg(pValues: tested.compactMap { fewShot[$0]?.pValue }, alpha: level).adjusted
    let byTask = Dictionary(uniqueKeysWithValues: zip(tested, adjusted))
    return tasks.indices.map { TaskComparison(tasks[$0], fewShot: fewShot[$0], adjustedPValue: byTask[$0]) }
  }

  private init(_ task: CommonTask, fewShot: Difference?, adjustedPValue: Double?) {
    self.task = task.name
    family = task.family
    counts = task.counts
    items = task.items
    blocks = task.blocks
    zeroShot = Difference(families: [[task.zeroShot].compactMap { $0 }])
    self.fewShot = fewShot
    probability = Difference(families: [[task.probability].compactMap { $0 }])
    self.adjustedPValue = adjustedPValue
    isMarked = adjustedPValue.map { $0 < Self.level } ?? false
  }
}

/// The reference and another one, on the questions that both were asked.
package struct ComparedPair: Sendable, Hashable, Encodable {
  package let other: ComparedSide
  /// Trained runs of the reference and of the other one, which the intervals take as a sample; 1 of a model, which stands for itself.
  package let runs: [Int]
  /// Items at one k under one draw that every run of both was asked.
  package let questions: Int
  package let items: Int
  package let blocks: Int
  /// Questions of the reference (of a recipe's first run) that are left out, as not every run was asked their block.
  package let onlyReference: Int
  /// Of the other one's first run, that not every run was asked.
  package let onlyOther: Int
  /// Overall, then the families by name; empty where no task counts.
  package let units: [UnitComparison]
  /// By family, then name.
  package let tasks: [TaskComparison]
  package let notes: [Note]

  init(_ questions: CommonQuestions, reference: ComparedSide, other: ComparedSide, notes: [Note]) {
    let counted = Dictionary(grouping: questions.tasks.filter(\.counts), by: \.family).sorted { $0.key < $1.key }
    self.other = other
    runs = [reference.models.count, other.models.count]
    self.questions = questions.tasks.reduce(0) { $0 + $1.questions }
    items = questions.tasks.reduce(0) { $0 + $1.items }
    blocks = questions.tasks.reduce(0) { $0 + $1.blocks }
    onlyReference = questions.onlyReference
    onlyOther = questions.onlyOther
    units =
      counted.isEmpty
      ? []
      : [UnitComparison(.overall, "overall", families: counted.map(\.value))]
        + counted.map { UnitComparison(.family, $0.key, families: [$0.value]) }
    tasks = TaskComparison.list(questions.tasks.sorted { ($0.family, $0.name) < ($1.family, $1.name) })
    self.notes = notes
  }

  enum CodingKeys: String, CodingKey {
    case other, questions, items, blocks, units, tasks, notes
    case onlyReference = "only_reference"
    case onlyOther = "only_other"
  }
}

extension RecordScanner {
  /// Checks 2 and 3: an answer in the data, counted as one of its labels; a suite's own answer is noted.
  func noteOutput(_ field: Int, _ key: UInt64, _ tally: inout FileTally) {
    tally.labels.insert(mixed(key), true)
    for answer in index.outputs.find(key) ?? [] {
      tally.note(answer: Int(answer), at: place)
      findings.add(
        .exactOutput, Int(answer), at: place, score: 1, suiteText: index.answers[Int(answer)].text
      ) { excerpt(texts[field], texts[field].whole, fields[field]) }
    }
  }
}

/// Check 3: a task's labels against a file's answers.
struct LabelOverlap {
  /// Of the two sets of labels.
  let jaccard: Double
  /// Of the asked items' gold answers that are answers in the file.
  let goldShare: Double
  /// The labels that both have, the most frequent in the file first.
  let shared: [String]
  /// Where the first of them is.
  let first: RecordPlace?
  private let dataLabels: Double

  init(_ index: SuiteIndex, task: Int, _ tally: FileTally) {
    let entry = index.tasks[task]
    let seen = tally.answers.filter { index.answers[$0.key].task == task }
    let labels = seen.filter { index.answers[$0.key].isLabel }
    dataLabels = tally.labels.distinctCount
    let all = Double(entry.labelCount) + dataLabels - Double(labels.count)
    jaccard = all > 0 ? min(1, Double(labels.count) / all) : 0
    let gold = seen.reduce(0) { $0 + index.answers[$1.key].goldCount }
    goldShare = entry.scoredIDs.isEmpty ? 0 : Double(gold) / Double(entry.scoredIDs.count)
    shared = labels.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map { index.answers[$0.key].text }
    first = labels.values.map(\.first).min()
  }

  /// Whether the data teach the task's labels: a file of free texts that holds some of the answers does not.
  var isWorthWarning: Bool {
    jaccard >= OverlapRules.labelSimilarity
      || (goldShare >= OverlapRules.goldShare && dataLabels <= OverlapRules.fewLabels)
  }

  var score: Double { jaccard >= OverlapRules.labelSimilarity ? jaccard : goldShare }
}

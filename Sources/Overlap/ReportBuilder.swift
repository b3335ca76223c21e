/// Turns counts into the report.
struct ReportBuilder {
  private let index: SuiteIndex
  private let files: [String]
  private let formats: [DataFormat]
  private var total: ScanTotal
  private var labelSimilarity: [Double]
  private var goldShare: [Double]
  private var templateSimilarity: [Double]

  init(_ index: SuiteIndex, _ files: [String], _ formats: [DataFormat], _ total: ScanTotal) {
    (self.index, self.files, self.formats, self.total) = (index, files, formats, total)
    let none = [Double](repeating: 0, count: index.tasks.count)
    (labelSimilarity, goldShare, templateSimilarity) = (none, none, none)
    for file in files.indices { compareTasks(with: file) }
  }

  /// Checks 3 and 4, which compare a task with a file as a whole.
  private mutating func compareTasks(with file: Int) {
    guard let tally = total.tallies[file] else { return }
    let templates = DataTemplates(tally.prompts.sample)
    for (task, entry) in index.tasks.enumerated() {
      let labels = LabelOverlap(index, task: task, tally)
      labelSimilarity[task] = max(labelSimilarity[task], labels.jaccard)
      goldShare[task] = max(goldShare[task], labels.goldShare)
      if labels.isWorthWarning, let place = labels.first {
        let own = index.answers.filter { $0.task == task && $0.isLabel }.map(\.text)
        total.add(.labels, task, at: place, score: labels.score, (list(labels.shared), list(own)))
      }
      guard let (template, similarity) = templates.nearest(to: entry.templateGrams) else { continue }
      templateSimilarity[task] = max(templateSimilarity[task], similarity)
      if similarity >= OverlapRules.templateSimilarity {
        total.add(
          .template, task, at: template.example.place, score: similarity, (template.shape.text, entry.template))
      }
    }
  }

  func report() -> OverlapReport {
    let subjects = total.findings.entries.sorted { order($0.key) < order($1.key) }
    var contaminated: [Int: Set<String>] = [:]
    var findings: [OverlapFinding] = []
    for (key, entry) in subjects {
      let (task, item) = subject(key)
      let severity = severity(key)
      if severity == .contaminated, let item { contaminated[task, default: []].insert(item) }
      for found in entry.kept {
        findings.append(
          OverlapFinding(
            check: key.check, severity: severity, place: place(found.place), dataText: found.dataText,
            task: index.tasks[task].name, item: item, suiteText: shortened(found.suiteText), score: found.score,
            occurrences: entry.count))
      }
    }
    let tasks = index.tasks.enumerated().map { number, task in
      TaskOverlap(
        task: task.name, scoredItems: task.scoredIDs.count,
        contaminated: task.scoredIDs.filter { contaminated[number]?.contains($0) == true },
        labelSimilarity: labelSimilarity[number], goldShare: goldShare[number],
        templateSimilarity: templateSimilarity[number])
    }
    return OverlapReport(suite: index.suite, files: scanned, findings: findings, tasks: tasks)
  }

  private var scanned: [ScannedFile] {
    zip(files, formats).enumerated().map { number, file in
      let tally = total.tallies[number] ?? FileTally()
      return ScannedFile(
        path: file.0, format: file.1, bytes: tally.bytes, records: tally.records,
        recordsWithoutText: tally.withoutText, unreadRecords: tally.unread)
    }
  }

  /// Task, then item, then check.
  private func order(_ key: FindingStore.Key) -> (Int, Int, Int) {
    let check = OverlapCheck.allCases.firstIndex(of: key.check) ?? 0
    switch key.check {
    case .labels, .template: return (key.subject, -1, check)
    case .exactOutput: return (index.answers[key.subject].task, Int.max, key.subject)
    default: return (index.items[key.subject].task, key.subject, check)
    }
  }

  private func subject(_ key: FindingStore.Key) -> (task: Int, item: String?) {
    switch key.check {
    case .labels, .template: (key.subject, nil)
    case .exactOutput: (index.answers[key.subject].task, index.answers[key.subject].item)
    default: (index.items[key.subject].task, index.items[key.subject].id)
    }
  }

  private func severity(_ key: FindingStore.Key) -> OverlapSeverity {
    switch key.check {
    case .exactOutput: return .note
    case .labels, .template: return .warning
    case .exactInput where index.items[key.subject].inputWords.count < OverlapRules.distinctiveWords: return .warning
    // A demonstration is asked nothing.
    default: return index.items[key.subject].isScored ? .contaminated : .warning
    }
  }

  private func place(_ place: RecordPlace) -> DataPlace {
    DataPlace(file: files[place.file], line: place.line, record: place.number == 0 ? nil : place.number)
  }

  private func list(_ texts: [String]) -> String {
    texts.prefix(8).joined(separator: ", ") + (texts.count > 8 ? ", … (\(texts.count))" : "")
  }

  private func shortened(_ text: String) -> String {
    guard text.utf8.count > OverlapRules.excerpt else { return text }
    return String(decoding: text.utf8.prefix(OverlapRules.excerpt), as: UTF8.self) + "…"
  }
}

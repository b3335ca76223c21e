/// A place in the data by number, which is cheaper to compare and keep than a path.
struct RecordPlace: Sendable, Hashable, Comparable {
  let file: Int
  let line: Int
  let number: Int

  static func < (first: Self, second: Self) -> Bool {
    (first.file, first.line, first.number) < (second.file, second.line, second.number)
  }
}

/// Findings, of which the first few of each kind are kept and all are counted, so that memory stays bounded.
///
/// Which are kept depends on places alone: stores of several threads merge to the same, in any order.
struct FindingStore: Sendable {
  struct Key: Hashable, Sendable {
    let check: OverlapCheck
    /// An item's, an answer's or a task's number, as the check has it.
    let subject: Int
  }

  struct Found: Sendable {
    let place: RecordPlace
    let score: Double
    let dataText: String
    let suiteText: String
  }

  struct Entry: Sendable {
    var count = 0
    /// Ascending by place.
    var kept: [Found] = []
  }

  private(set) var entries: [Key: Entry] = [:]

  /// - Parameter text: the data's text, asked for only where it is kept.
  mutating func add(
    _ check: OverlapCheck, _ subject: Int, at place: RecordPlace, score: Double, suiteText: String, text: () -> String
  ) {
    let key = Key(check: check, subject: subject)
    entries[key, default: Entry()].count += 1
    guard let kept = entries[key]?.kept else { return }
    if kept.count >= OverlapRules.kept, let last = kept.last, last.place < place { return }
    entries[key]?.insert(Found(place: place, score: score, dataText: text(), suiteText: suiteText))
  }

  mutating func merge(_ other: FindingStore) {
    for (key, entry) in other.entries {
      entries[key, default: Entry()].count += entry.count
      for found in entry.kept { entries[key]?.insert(found) }
    }
  }
}

extension FindingStore.Entry {
  fileprivate mutating func insert(_ found: FindingStore.Found) {
    // A record is shown once, with what is best in it; one thread has all of it.
    if let same = kept.firstIndex(where: { $0.place == found.place }) {
      if kept[same].score < found.score { kept[same] = found }
      return
    }
    let index = kept.firstIndex { found.place < $0.place } ?? kept.count
    kept.insert(found, at: index)
    if kept.count > OverlapRules.kept { kept.removeLast() }
  }
}

/// Two models' right and wrong answers to the same items, as far as a paired test looks at them.
package struct PairedCounts: Sendable, Hashable {
  /// B: items that only the candidate has right.
  package let onlyCandidate: Int
  /// C: items that only the base has right.
  package let onlyBase: Int
  /// n, with the items that both have right or both have wrong.
  package let items: Int

  /// - Returns: nil without items, or where the counts are negative or more than the items.
  package init?(onlyCandidate: Int, onlyBase: Int, items: Int) {
    guard items > 0, onlyCandidate >= 0, onlyBase >= 0, onlyCandidate <= items, onlyBase <= items - onlyCandidate
    else { return nil }
    self.onlyCandidate = onlyCandidate
    self.onlyBase = onlyBase
    self.items = items
  }

  /// Counts answers item by item.
  ///
  /// - Returns: nil without items, or where the two differ in number.
  package init?(candidate: [Bool], base: [Bool]) {
    guard candidate.count == base.count else { return nil }
    let pairs = zip(candidate, base)
    self.init(
      onlyCandidate: pairs.count { $0 && !$1 }, onlyBase: pairs.count { !$0 && $1 }, items: candidate.count)
  }

  /// (B - C) / n: the candidate's share of right answers minus the base's.
  package var difference: Double { Double(onlyCandidate - onlyBase) / Double(items) }
}

/// Which letters are the same without regard to case.
enum CaseFolding {
  /// For each letter that has any, the others that are the same.
  private static let others: [UInt32: [UInt32]] = {
    var others: [UInt32: [UInt32]] = [:]
    for group in stride(from: 0, to: FoldTable.runs.count - 3, by: 4) {
      let (first, count, step, distance) = (
        FoldTable.runs[group], FoldTable.runs[group + 1], FoldTable.runs[group + 2], FoldTable.runs[group + 3]
      )
      for i in 0..<count {
        let (one, other) = (UInt32(first + i * step), UInt32(first + i * step + distance))
        others[one, default: []].append(other)
        others[other, default: []].append(one)
      }
    }
    return others
  }()

  /// Letters such as `ß` that fold to several.
  private static let severals = ScalarSet(gapsAndLengths: FoldTable.severals)

  static func same(as scalar: UInt32) -> ScalarSet { ScalarSet([scalar] + (others[scalar] ?? [])) }

  /// With every letter all those that are the same.
  static func folded(_ set: ScalarSet) -> ScalarSet {
    set.union(ScalarSet(others.lazy.filter { set.contains($0.key) }.flatMap(\.value)))
  }

  static func hasSeveral(_ set: ScalarSet) -> Bool { !set.intersection(severals).isEmpty }

  /// The most letters that one folds to.
  static let mostLetters = FoldTable.sequences.map(\.count).max() ?? 1

  /// Whether a text has in it what one letter folds to, such as `ss`.
  static func hasSeveral(_ text: [UInt32]) -> Bool {
    FoldTable.sequences.contains { sequence in
      text.indices.contains { start in
        start + sequence.count <= text.count
          && zip(text[start...], sequence).allSatisfy { $0 == $1 || others[$0]?.contains($1) == true }
      }
    }
  }
}

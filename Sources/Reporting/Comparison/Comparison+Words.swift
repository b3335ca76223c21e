import Gating

extension Comparison {
  /// What every reader has to know of the figures.
  static let explanation =
    "Exact match in percent, reference → other, without demonstrations (0-shot) and as the mean over k > 0 (few-shot). "
    + "Difference and 95 % interval are of few-shot, other less reference, in points; intervals are clustered by block. p diff. "
    + "is the same difference of the gold answer's probability. Families weigh equally, tasks equally within a family. This describes; "
    + "it is no verdict."

  /// Which tasks count in families and overall.
  func counting(_ pair: ComparedPair) -> String {
    guard let admission else {
      return "Every task counts in families and overall: no baseline is named that would admit some."
    }
    let counted = pair.tasks.filter(\.counts).count
    return "\(counted) of \(pair.tasks.count) tasks count in families and overall: those that \(admission) admits"
      + (counted < pair.tasks.count ? "; the others are in parentheses." : ".")
  }
}

extension ComparedPair {
  /// What a mark means, and against how many tasks it holds.
  var marks: String {
    let tested = tasks.filter { $0.adjustedPValue != nil }.count
    return "* few-shot differs: p below \(TaskComparison.level) after Benjamini and Hochberg's adjustment over "
      + "\(tested) task\(tested == 1 ? "" : "s"), so that at most 5 % of the marks are expected to be there by chance."
  }

  /// What the intervals take as a sample.
  var sampling: String {
    let several = zip(["the reference", "the other one"], runs).filter { $1 > 1 }.map { "\($0) has \($1) runs" }
    guard !several.isEmpty else {
      return "Each side is one trained model: how far from it another training seed would land is in no interval."
    }
    return
      "Runs are a sample here, beside blocks: \(several.joined(separator: ", ")); figures are their means, and intervals cover "
      + "other training seeds\(several.count == 1 ? " of that side; the other one is taken as it is" : " of both")."
  }

  /// How much is compared, and what is not.
  var extent: String {
    let left = [(onlyReference, "the reference"), (onlyOther, "the other one")].filter { $0.0 > 0 }
      .map { count, side in
        runs.contains { $0 > 1 }
          ? "\(count) of \(side)'s that not every run was asked are left out"
          : "\(count) that only \(side) was asked are left out"
      }
    let compared =
      "\(questions) questions (an item at one k) are compared: \(items) items in \(blocks) blocks of \(tasks.count) "
      + "task\(tasks.count == 1 ? "" : "s")"
    return ([compared] + left).joined(separator: "; ") + "."
  }
}

extension ComparedSide {
  /// "plain: run 20261122-205403-3f9a1c, suite core, share 1/4"; "full: 3 runs (full-1, full-2, full-3), suite core"
  var described: String {
    let first = models[0]
    let shares = Set(models.map(\.share)).sorted()
    let asked = "suite \(first.suite.name)\(shares == ["1/1"] ? "" : ", share \(shares.joined(separator: " and "))")"
    guard let name else { return "\(first.model.name): \(first.run.map { "run \($0)" } ?? first.source), \(asked)" }
    return "\(name): \(models.count) runs (\(models.map(\.source).joined(separator: ", "))), \(asked)"
  }
}

extension TaskComparison {
  /// In parentheses where it does not count.
  var shownName: String { counts ? task : "(\(task))" }
}

/// "41.7 → 12.5", in percent; "-" where that was not asked.
func change(_ difference: Difference?) -> String {
  difference.map { "\(points($0.reference)) → \(points($0.other))" } ?? "-"
}

/// "12.1 to 22.3", or "-".
func intervalText(_ interval: Interval?, _ amount: (Double) -> String) -> String {
  interval.map { "\(amount($0.lower)) to \(amount($0.upper))" } ?? "-"
}

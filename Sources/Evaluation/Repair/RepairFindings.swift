import Gating

/// What a repair has found so far, and what follows from it.
struct RepairFindings {
  let confirmsOn: RepairBlocks
  /// On all blocks.
  let candidateVerdict: Verdict
  let base: RepairPoint
  let candidate: RepairPoint
  var trials: [RepairPoint] = []
  var isMonotone = true
  /// What `trials` are shares of; nil before anything was tried.
  var way: (any WeakenedCandidate)?
  /// Of a repair by cell, beside plain interpolation.
  var comparison: CellComparison?
  private(set) var confirmations: [RepairPoint] = []
  private var confirmedOnAll: [Verdict] = []
  private var confirmedIDs: [String] = []

  init(confirmsOn: RepairBlocks, candidateVerdict: Verdict, base: RepairPoint, candidate: RepairPoint) {
    self.confirmsOn = confirmsOn
    self.candidateVerdict = candidateVerdict
    self.base = base
    self.candidate = candidate
  }

  /// - Parameters:
  ///   - onAll: the same model's verdict on all blocks.
  ///   - id: the model's.
  mutating func add(_ confirmation: RepairPoint, onAll: Verdict, id: String) {
    confirmations.append(confirmation)
    confirmedOnAll.append(onAll)
    confirmedIDs.append(id)
  }

  /// The largest share that was confirmed; else the smallest that was asked, unless it fails.
  private var writtenIndex: Int? {
    confirmations.lastIndex(where: \.passes) ?? (confirmations.first?.verdict == .inconclusive ? 0 : nil)
  }

  var written: RepairPoint? { writtenIndex.map { confirmations[$0] } }
  var writtenOnAll: Verdict? { writtenIndex.map { confirmedOnAll[$0] } }
  var writtenID: String? { writtenIndex.map { confirmedIDs[$0] } }

  var ending: RepairResult.Ending {
    if candidateVerdict.outcome == .pass { return .passesAlready }
    guard let written else { return .none }
    return written.passes ? .repaired : .unconfirmed
  }

  var notes: [String] {
    var notes: [String] = []
    if confirmsOn == .all, !confirmations.isEmpty {
      notes.append(
        "the blocks that the search left are too few for a verdict: the confirmation is on all blocks, those of the search included, "
          + "and is too kind by what the search fitted")
    }
    if !isMonotone {
      notes.append("the gate's bound does not fall steadily with the share: a larger one that was not tried may pass")
    }
    if let equal = comparison?.atEqualAbility, equal.interpolated > equal.byCell {
      notes.append(
        "at equal ability plain interpolation keeps more of the target than what is written: repair without --by-cell")
    }
    if written == nil, comparison?.trials.contains(where: \.passes) == true {
      notes.append("a share of plain interpolation passes: repair without --by-cell")
    }
    if let written, let kept = written.target?.accuracy, let start = base.target?.accuracy, kept <= start {
      notes.append("what is left answers no more of the test samples than the base does")
    }
    return notes
  }
}

import Diagnostics
import Foundation
import Gating
import Reporting

/// A share of the fine-tuning as it was measured: on the task that it was for, and on the suite.
package struct RepairPoint: Sendable, SearchedShare, Encodable {
  package let share: GridShare
  package let target: TargetAccuracy?
  /// On the blocks that were asked for this point.
  package let ability: AbilityLeft
  /// The gate's word; nil for the base itself, which is not judged.
  package let verdict: Outcome?
  /// The least of the voting units' lower bounds: above 0 means PASS. Nil for the base, and where none can be estimated.
  package let bound: Double?
  /// The verdict line; nil for the base.
  package let sentence: String?

  package var passes: Bool { verdict == .pass }
  package var statistic: Double { bound ?? -.infinity }
}

/// What a repair found, and what it wrote.
package struct RepairResult: Sendable, Encodable {
  package enum Ending: String, Sendable, Encodable {
    /// The candidate passes as it is: nothing is written.
    case passesAlready = "passes_already"
    /// Written, and the gate passes on the blocks of the confirmation.
    case repaired
    /// Written; the gate is INCONCLUSIVE on the blocks of the confirmation.
    case unconfirmed
    /// No share passes: nothing is written.
    case none
  }

  package let ending: Ending
  /// `a`, `s` or `c`.
  package let symbol: String
  package let method: String
  /// Paths as they were given.
  package let basePath: String
  package let candidatePath: String
  package let testData: String
  /// The share of every task's blocks that the search asked, and how many blocks of admitted tasks they are.
  package let searchShare: String
  package let searchBlocks: Int
  /// Whether the confirmation's blocks are those that the search left; otherwise they are all, the rest being too few for a verdict.
  package let confirmsOnOthers: Bool
  package let confirmationBlocks: Int
  /// The gate on all blocks.
  package let candidateVerdict: String
  /// On the confirmation's blocks, as are the candidate and the confirmations.
  package let base: RepairPoint
  package let candidate: RepairPoint
  /// On the search's blocks, in the order in which they were asked.
  package let trials: [RepairPoint]
  /// In the order in which they were asked; the last one but for those that did not pass is what is written.
  package let confirmations: [RepairPoint]
  /// What is written; nil where nothing is.
  package let repaired: RepairPoint?
  /// The gate's line on all blocks for what is written, those of the search included.
  package let repairedOnAll: String?
  /// The folder that was written.
  package let out: String?
  /// What its reader should know.
  package let notes: [String]
  /// Of a repair by cell, beside plain interpolation.
  package let byCell: CellComparison?

  /// The file in the repaired folder that says all this.
  package static let fileName = "holdfast_repair.json"

  enum CodingKeys: String, CodingKey {
    case ending, symbol, method, base, candidate, trials, confirmations, repaired, out, notes
    case basePath = "base_path"
    case candidatePath = "candidate_path"
    case testData = "test_data"
    case searchShare = "search_share"
    case searchBlocks = "search_blocks"
    case confirmsOnOthers = "confirms_on_other_blocks"
    case confirmationBlocks = "confirmation_blocks"
    case candidateVerdict = "candidate_verdict"
    case byCell = "by_cell"
    case repairedOnAll = "repaired_on_all_blocks"
  }

  /// The exit code: 0 where there is a model that passes, 1 where there is none, 3 where it is written and not confirmed.
  package var exit: GateExit {
    switch ending {
    case .passesAlready, .repaired: .pass
    case .unconfirmed: .undecided
    case .none: .regression
    }
  }

  package func json() throws -> Data {
    let encoder = JSONEncoder()
    // A statistic that cannot be estimated is no number of JSON's.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try shownJSON(self, isPretty: true, encoder: encoder) + Data("\n".utf8)
  }
}

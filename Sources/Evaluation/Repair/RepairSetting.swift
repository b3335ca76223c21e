import Gating
import Suites

/// What a repair is judged by, and how it is computed.
package struct RepairSetting: Sendable {
  package let suite: Suite
  package let baseline: Baseline
  package let baselinePath: String
  package let policy: GatePolicy
  /// The configuration's; those of the candidate's own training record are added.
  package let fineTuningLabels: [String]
  /// Items that are in the fine-tuning data, by task.
  package let contaminated: [String: Set<String>]
  /// The share of every task's blocks that the search sees.
  package let share: Share
  package let threads: Int
  /// As it was typed, for the ledger.
  package let command: String
  package let kernel: String
  /// By task, how many of its blocks, from the first, the search sees.
  let searchedBlocks: [String: Int]

  package init(
    suite: Suite, baseline: Baseline, baselinePath: String, policy: GatePolicy, fineTuningLabels: [String],
    contaminated: [String: Set<String>] = [:], share: Share, threads: Int, command: String, kernel: String
  ) {
    self.suite = suite
    self.baseline = baseline
    self.baselinePath = baselinePath
    self.policy = policy
    self.fineTuningLabels = fineTuningLabels
    self.contaminated = contaminated
    self.share = share
    self.threads = threads
    self.command = command
    self.kernel = kernel
    searchedBlocks = Dictionary(suite.tasks.map { ($0.name, share.blocks(of: $0.blockCount)) }) { first, _ in first }
  }
}

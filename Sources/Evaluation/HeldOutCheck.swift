import Gating
import Overlap
import Suites

extension Configuration {
  /// Looks for a suite in the fine-tuning data that are named; nil where none are.
  ///
  /// - Throws: `InputError` for data that cannot be read.
  package func heldOutCheck(_ suite: Suite, threads: Int) throws -> OverlapReport? {
    let files = fineTuning.data
    guard !files.isEmpty else { return nil }
    return try naming { try OverlapScan(suite: suite, files: files, threads: threads).run() }
  }
}

import Diagnostics
import Gating
import Overlap
import Suites

extension Configuration {
  /// Looks for a suite in the fine-tuning data that are named; nil where none are.
  ///
  /// - Throws: `InputError` for data that cannot be read; `NotGateable` where records have no text, so that nobody knows whether the
  ///   suite is held out from them.
  package func heldOutCheck(_ suite: Suite, threads: Int) throws -> OverlapReport? {
    let files = fineTuning.data
    guard !files.isEmpty else { return nil }
    let report = try naming { try OverlapScan(suite: suite, files: files, threads: threads).run() }
    if let obstacle = report.obstacle {
      throw NotGateable("fine_tuning.data: it cannot be said whether the suite is held out: \(obstacle)")
    }
    return report
  }
}

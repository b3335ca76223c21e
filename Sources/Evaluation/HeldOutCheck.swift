import Gating
import Overlap
import Suites

extension Configuration {
  /// Looks for a suite in the fine-tuning data that are named; nil where none are.
  ///
  /// - Throws: `InputError` for data that cannot be read.
  package func heldOutCheck(_ suite: Suite, threads: Int) throws -> OverlapReport? {
    let files = fineTuning.data
    return files.isEmpty ? nil : try OverlapScan(suite: suite, files: files, threads: threads).run()
  }
}

import Reading
import Suites

/// The few answers that all samples of narrow data have.
package struct DataLabels: Sendable, Equatable {
  /// Ascending.
  package let labels: [String]
  /// The samples that were looked at.
  package let samples: Int

  /// Fewer samples tell nothing.
  private static let least = 8
  /// A longer answer is no label, in bytes.
  private static let longest = 40

  /// - Parameters:
  ///   - path: of the file, for its name.
  ///   - head: its first bytes; a record that they cut off does not count.
  /// - Returns: nil where the answers are many, or cannot be told: of a table, of texts that are learnt whole.
  package init?(_ path: String, head: [UInt8]) {
    guard let batch = DataBatch(path, head: head) else { return nil }
    var answers: [String] = []
    var count = 0
    var isNarrow = true
    // A record that is cut off is malformed; those before it have been read by then.
    try? RecordReader(batch, into: DataRecord()).forEach { record in
      let own = record.fields.filter { $0.role == .output }.map {
        String(decoding: record.text($0), as: UTF8.self).stripped()
      }
      count += 1
      answers += own
      isNarrow = isNarrow && !own.isEmpty && own.allSatisfy { !$0.isEmpty && $0.utf8.count <= Self.longest }
    }
    let few = answerLabels(answers)
    guard isNarrow, count >= Self.least, !few.isEmpty else { return nil }
    labels = few
    samples = count
  }
}

import Reading

/// The few answers that all samples of narrow data have.
package struct DataLabels: Sendable, Equatable {
  /// Ascending.
  package let labels: [String]
  /// The samples that were looked at.
  package let samples: Int

  /// More different answers are no labels.
  private static let most = 16
  /// Fewer samples tell nothing.
  private static let least = 8
  /// A longer answer is no label, in bytes.
  private static let longest = 40

  /// - Parameters:
  ///   - path: of the file, for its name.
  ///   - head: its first bytes; a record that they cut off does not count.
  /// - Returns: nil where the answers are many, or cannot be told: of a table, of texts that are learnt whole.
  package init?(_ path: String, head: [UInt8]) {
    let head = head.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(head.dropFirst(3)) : head
    let form: BatchForm
    var bytes = head
    switch try? DataFormat.detect(path, head: head) {
    case .jsonl?: form = .lines
    case .json?:
      let opening = JSONOpening(head)
      guard opening.outer > 0 else { return nil }
      form = .values(isContainer: opening.isContainer)
      bytes = Array(head[opening.length...])
    default: return nil
    }
    var found: Set<String> = []
    var count = 0
    var isNarrow = true
    let batch = DataBatch(file: 0, path: "", form: form, bytes: bytes, line: 1, record: 0)
    // A record that is cut off is malformed; those before it have been read by then.
    try? RecordReader(batch, into: DataRecord()).forEach { record in
      guard isNarrow else { return }
      let answers = record.fields.filter { $0.role == .output }
      count += 1
      for answer in answers {
        let text = String(decoding: record.text(answer), as: UTF8.self).stripped()
        isNarrow = isNarrow && !text.isEmpty && text.utf8.count <= Self.longest
        found.insert(text)
      }
      isNarrow = isNarrow && !answers.isEmpty && found.count <= Self.most
    }
    guard isNarrow, count >= Self.least, found.count * 4 <= count else { return nil }
    labels = found.sorted()
    samples = count
  }
}

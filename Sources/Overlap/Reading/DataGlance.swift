extension DataFormat {
  /// Whether a file looks like fine-tuning samples, by its name and first bytes: records with inputs and outputs, messages, or texts, under
  /// names that are known.
  ///
  /// Nothing is promised either way: `OverlapScan` reads more than this takes for samples, and says what is wrong with a file.
  ///
  /// - Parameter head: the first bytes; a record that they cut off does not count.
  package static func looksLikeSamples(_ path: String, head: [UInt8]) -> Bool {
    let head = withoutMark(head)
    if (try? detect(path, head: head)) == .csv { return isTableOfSamples(head) }
    guard let batch = DataBatch(path, head: head), batch.bytes.first(where: { !isSpace($0) }) == UInt8(ascii: "{")
    else {
      return false
    }
    var isSample = false
    // A record that is cut off is malformed; those before it have been read by then.
    try? RecordReader(batch, into: DataRecord()).forEach { record in
      isSample = isSample || record.fields.contains { $0.role != .other || $0.isPlainText }
    }
    return isSample
  }

  /// Without the mark of byte order that some programs write before UTF-8.
  fileprivate static func withoutMark(_ head: [UInt8]) -> [UInt8] {
    head.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(head.dropFirst(3)) : head
  }

  /// A table of samples has a header that names an output, and what it answers.
  private static func isTableOfSamples(_ head: [UInt8]) -> Bool {
    let separators = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
    let header = head.prefix { $0 != 0x0A }.filter { $0 != 0x22 && $0 != 0x0D }
    let columns = header.split { separators.contains($0) }.compactMap { FieldNames.meaning($0) }
    return columns.contains { $0 == .output || $0 == .kind } && columns.contains { $0 == .input || $0 == .text }
  }
}

extension DataBatch {
  /// The records of a JSON or JSON lines file whose first bytes are given; nil of another file, and of a JSON file of one object, which is rather a
  /// configuration or a report.
  init?(_ path: String, head: [UInt8]) {
    let head = DataFormat.withoutMark(head)
    switch try? DataFormat.detect(path, head: head) {
    case .jsonl?: self.init(file: 0, path: "", form: .lines, bytes: head, line: 1, record: 0)
    case .json?:
      let opening = JSONOpening(head)
      guard opening.outer > 0 else { return nil }
      self.init(
        file: 0, path: "", form: .values(isContainer: opening.isContainer), bytes: Array(head[opening.length...]),
        line: 1,
        record: 0)
    default: return nil
    }
  }
}

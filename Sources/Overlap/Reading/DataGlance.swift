extension DataFormat {
  /// Whether a file looks like fine-tuning samples, by its name and first bytes: records with inputs and outputs, messages, or texts, under
  /// names that are known.
  ///
  /// Nothing is promised either way: `OverlapScan` reads more than this takes for samples, and says what is wrong with a file.
  ///
  /// - Parameter head: the first bytes; a record that they cut off does not count.
  package static func looksLikeSamples(_ path: String, head: [UInt8]) -> Bool {
    let head = head.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(head.dropFirst(3)) : head
    guard let format = try? detect(path, head: head) else { return false }
    switch format {
    case .text: return false
    case .csv: return isTableOfSamples(head)
    case .jsonl: return hasSample(head, .lines)
    case .json:
      let opening = JSONOpening(head)
      // One object alone is rather a configuration or a report.
      guard opening.outer > 0 else { return false }
      return hasSample(Array(head[opening.length...]), .values(isContainer: opening.isContainer))
    }
  }

  private static func hasSample(_ bytes: [UInt8], _ form: BatchForm) -> Bool {
    guard bytes.first(where: { !isSpace($0) }) == UInt8(ascii: "{") else { return false }
    let batch = DataBatch(file: 0, path: "", form: form, bytes: bytes, line: 1, record: 0)
    var isSample = false
    // A record that is cut off is malformed; those before it have been read by then.
    try? RecordReader(batch, into: DataRecord()).forEach { record in
      isSample = isSample || record.fields.contains { $0.role != .other || $0.isPlainText }
    }
    return isSample
  }

  /// A table of samples has a header that names an output, and what it answers.
  private static func isTableOfSamples(_ head: [UInt8]) -> Bool {
    let separators = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
    let header = head.prefix { $0 != 0x0A }.filter { $0 != 0x22 && $0 != 0x0D }
    let columns = header.split { separators.contains($0) }.compactMap { FieldNames.meaning($0) }
    return columns.contains(.output) && columns.contains { $0 == .input || $0 == .text }
  }
}

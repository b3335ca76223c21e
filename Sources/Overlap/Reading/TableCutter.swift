import Diagnostics
import Reading

/// Cuts a table after records.
final class TableCutter: BatchCutter {
  private let source: FileSource
  private let file: Int
  private let form: TableForm
  private var line = 1
  private var record = 0
  /// Bytes of the header, which is no record.
  private var header: Int

  init(_ source: FileSource, file: Int) throws {
    self.source = source
    self.file = file
    (form, header) = try Self.form(source)
  }

  func next() throws -> DataBatch? {
    if header > 0 {
      line += source.take(header).newlines(before: header)
      header = 0
    }
    var ends = CSVRecordEnds(separator: form.separator)
    var scanned = 0
    var wanted = FileSource.piece
    while true {
      try source.fill(to: wanted)
      source.buffer.withUnsafeBufferPointer { ends.scan($0, from: scanned) }
      scanned = source.buffer.count
      if source.isAtEnd { break }
      if ends.end > 0 { break }
      guard source.buffer.count < FileSource.longest else {
        throw InputError(
          source.path, field: "line \(line)",
          "the record is longer than \(FileSource.longest >> 20) MiB\(ends.isQuoted ? ": a quote is not closed" : "")",
          remedy: "check its quotes")
      }
      wanted = min(2 * source.buffer.count, FileSource.longest)
    }
    guard !source.buffer.isEmpty else { return nil }
    var (end, records) = (ends.end, ends.count)
    if source.isAtEnd, end < source.buffer.count {
      if ends.isQuoted {
        let place = line + source.buffer.newlines(before: end)
        throw InputError(
          source.path, field: "line \(place)", "the file ends within a quoted field", remedy: "close the quote")
      }
      end = source.buffer.count
      records += 1
    }
    let bytes = source.take(end)
    let batch = DataBatch(file: file, path: source.path, form: .table(form), bytes: bytes, line: line, record: record)
    line += bytes.newlines(before: bytes.count)
    record += records
    return batch
  }

  /// The first line says what separates fields, and, where any of its names is known, what the columns are.
  private static func form(_ source: FileSource) throws -> (TableForm, header: Int) {
    let (start, first) = try firstRow(source)
    let separator = CSVRecordEnds.separator(of: first)
    let names = first.filter { $0 != 0x22 && $0 != 0x0D }.split(separator: separator, omittingEmptySubsequences: false)
    let columns = names.map { name in
      FieldNames.meaning(name.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed())
    }
    let isHeader = columns.contains { $0 != nil && $0 != .choices }
    let length = isHeader ? min(first.endIndex + 1, source.buffer.count) : start
    // Two columns without names are what is asked and what is answered.
    let unnamed: [FieldNames.Meaning?] = names.count == 2 ? [.input, .output] : []
    return (TableForm(separator: separator, columns: isHeader ? columns : unnamed), length)
  }

  /// The first line that is neither blank, nor a comment, nor Excel's "sep=;", and where it begins.
  private static func firstRow(_ source: FileSource) throws -> (start: Int, line: ArraySlice<UInt8>) {
    let buffer = source.buffer
    guard buffer.contains(0x0A) || !buffer.dropLast().contains(0x0D) else {
      throw InputError(
        source.path, field: "line 1", "ends its lines with carriage returns alone",
        remedy: "write it with newlines, such as with: tr '\\r' '\\n'")
    }
    var start = 0
    while true {
      let line = buffer[start...].prefix { $0 != 0x0A }
      let isPassed =
        line.allSatisfy(DataFormat.isSpace) || line.starts(with: "# ".utf8)
        || line.count < 8 && line.starts(with: "sep=".utf8)
      guard isPassed, line.endIndex < buffer.endIndex else { return (start, line) }
      start = line.endIndex + 1
    }
  }
}

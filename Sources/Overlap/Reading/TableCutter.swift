import Diagnostics
import Reading

/// Cuts a table after records: a line break within quotes ends none (RFC 4180).
final class TableCutter: BatchCutter {
  private enum State { case fieldStart, plain, quoted, quoteInQuoted }

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
    var state = State.fieldStart
    var end = 0
    var records = 0
    var scanned = 0
    var wanted = FileSource.piece
    while true {
      try source.fill(to: wanted)
      scan(from: scanned, &state, &end, &records)
      scanned = source.buffer.count
      if source.isAtEnd { break }
      if end > 0 { break }
      guard source.buffer.count < FileSource.longest else {
        throw InputError(
          source.path, field: "line \(line)",
          "the record is longer than \(FileSource.longest >> 20) MiB\(state == .quoted ? ": a quote is not closed" : "")",
          remedy: "check its quotes")
      }
      wanted = min(2 * source.buffer.count, FileSource.longest)
    }
    guard !source.buffer.isEmpty else { return nil }
    if source.isAtEnd, end < source.buffer.count {
      if state == .quoted {
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

  /// Goes over new bytes; `end` comes to lie after the last whole record.
  private func scan(from start: Int, _ state: inout State, _ end: inout Int, _ records: inout Int) {
    let separator = form.separator
    source.buffer.withUnsafeBufferPointer { bytes in
      for index in start..<bytes.count {
        let byte = bytes[index]
        switch state {
        case .quoted:
          if byte == 0x22 { state = .quoteInQuoted }
          continue
        case .quoteInQuoted where byte == 0x22:
          state = .quoted
          continue
        case .fieldStart where byte == 0x22:
          state = .quoted
          continue
        default: break
        }
        if byte == 0x0A {
          end = index + 1
          records += 1
          state = .fieldStart
        } else {
          state = byte == separator ? .fieldStart : .plain
        }
      }
    }
  }

  /// The first line says what separates fields, and, where any of its names is known, what the columns are.
  private static func form(_ source: FileSource) throws -> (TableForm, header: Int) {
    let first = source.buffer.prefix { $0 != 0x0A }
    let separators = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
    let counts = separators.map { separator in first.count { $0 == separator } }
    let most = counts.max() ?? 0
    let separator = most == 0 ? separators[0] : separators[counts.firstIndex(of: most) ?? 0]
    let names = first.filter { $0 != 0x22 && $0 != 0x0D }.split(separator: separator, omittingEmptySubsequences: false)
    let columns = names.map { FieldNames.meaning($0) }
    let isHeader = columns.contains { $0 != nil }
    let length = isHeader ? min(first.count + 1, source.buffer.count) : 0
    return (TableForm(separator: separator, columns: isHeader ? columns : []), length)
  }
}

import Diagnostics
import Reading

/// Takes a batch apart into records.
struct RecordReader {
  private let batch: DataBatch
  private let record: DataRecord

  init(_ batch: DataBatch, into record: DataRecord) { (self.batch, self.record) = (batch, record) }

  /// Fills the record and calls `body`, once for each in the batch, in order.
  ///
  /// - Throws: `InputError` naming the line that is not what the file's form says, once every record before it was read.
  func forEach(_ body: (DataRecord) -> Void) throws {
    try batch.bytes.withUnsafeBufferPointer { bytes in
      try demandUTF8(bytes)
      switch batch.form {
      case .lines: try lines(bytes, body)
      case .values(let isContainer): try values(bytes, isContainer: isContainer, body)
      case .table(let form): table(bytes, form, body)
      case .text: text(bytes, body)
      }
    }
  }

  /// Of another encoding every word with an accent would be missed, and the suite called held out.
  private func demandUTF8(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    let invalid: Int
    do {
      _ = try UTF8Span(validating: bytes.span)
      return
    } catch {
      invalid = error.byteOffsets.lowerBound
    }
    let line = batch.line + batch.bytes.newlines(before: invalid)
    throw InputError(batch.path, field: "line \(line)", "is not UTF-8 text", remedy: "save the file as UTF-8")
  }

  private func lines(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (DataRecord) -> Void) throws {
    var line = batch.line
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let text = UnsafeBufferPointer(rebasing: bytes[start..<end])
      if let first = text.firstIndex(where: { !DataFormat.isSpace($0) }) {
        record.reset(line: line, number: 0)
        var extractor = JSONExtractor(text, at: first, into: record)
        do throws(JSONFault) {
          try extractor.value()
        } catch {
          throw malformed(line, error.problem)
        }
        if text[extractor.index...].contains(where: { !DataFormat.isSpace($0) }) {
          throw malformed(line, "more follows the value")
        }
        body(record)
      }
      start = end + 1
      line += 1
    }
  }

  private func values(_ bytes: UnsafeBufferPointer<UInt8>, isContainer: Bool, _ body: (DataRecord) -> Void) throws {
    var line = batch.line
    var number = batch.record
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let isValue =
        byte == UInt8(ascii: "{") || byte == 0x22 || (byte == UInt8(ascii: "[") && !isContainer)
      guard isValue else {
        if byte == 0x0A { line += 1 }
        index += 1
        continue
      }
      let isRecord = byte != 0x22 || !isContainer
      if isRecord { number += 1 }
      record.reset(line: line, number: number)
      var extractor = JSONExtractor(bytes, at: index, into: record)
      do throws(JSONFault) {
        try extractor.value()
      } catch {
        let lines = bytes[index..<min(error.offset, bytes.count)].count { $0 == 0x0A }
        throw malformed(line + lines, error.problem)
      }
      line += bytes[index..<extractor.index].count { $0 == 0x0A }
      index = extractor.index
      if isRecord { body(record) }
    }
  }

  private func malformed(_ line: Int, _ problem: ShownText) -> InputError {
    InputError(batch.path, field: "line \(line)", "is not valid JSON: \(problem)", remedy: "correct the line")
  }

  /// A paragraph is a record; its lines are looked at one by one as well. Paragraphs in which something is asked, and those up to
  /// its answer, are one.
  private func text(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (DataRecord) -> Void) {
    var line = batch.line
    var start = 0
    var first = 0
    var firstLine = line
    /// Where the paragraph begins.
    var paragraph = 0
    var exchange = OpenExchange()
    func end(_ end: Int) {
      guard let base = bytes.baseAddress, end > first else { return }
      record.reset(line: firstLine, number: 0)
      record.bytes.append(base + first, end - first)
      record.fields.append(
        RecordField(role: .other, group: record.makeGroup(), isPlainText: true, start: 0, end: end - first))
      record.content.hasNamedText = true
      body(record)
    }
    while start < bytes.count {
      let stop = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let isBlank = bytes[start..<stop].allSatisfy { DataFormat.isSpace($0) }
      if isBlank {
        if paragraph < start { exchange.add(UnsafeBufferPointer(rebasing: bytes[paragraph..<start])) }
        paragraph = stop + 1
        if !exchange.isOpen {
          end(start)
          first = stop + 1
          firstLine = line + 1
        }
      }
      start = stop + 1
      line += 1
    }
    end(bytes.count)
  }

  private func table(_ bytes: UnsafeBufferPointer<UInt8>, _ form: TableForm, _ body: (DataRecord) -> Void) {
    var row = TableRow(bytes, form)
    var line = batch.line
    var number = batch.record
    while !row.isAtEnd {
      number += 1
      record.reset(line: line, number: number)
      line += row.read(into: record)
      record.closeGroup(from: 0)
      if !record.fields.isEmpty { body(record) }
    }
  }
}

import Diagnostics
import Reading

/// Cuts JSON after the elements of its array, or after its values where they stand one after the other, so that an
/// array of any length is read in pieces.
final class ValueCutter: BatchCutter {
  private let source: FileSource
  private let file: Int
  private var line = 1
  private var record = 0
  /// Bytes before the first element.
  private var opening: Int
  /// Brackets open around the elements.
  private var outer: Int
  private let isContainer: Bool
  private var depth = 0
  private var inString = false
  private var escaped = false

  init(_ source: FileSource, file: Int) throws {
    self.source = source
    self.file = file
    let start = JSONOpening(source.buffer)
    guard start.isJSON else {
      throw InputError(
        source.path, field: "line 1", "is not JSON", remedy: "name a text file .txt, or JSON lines .jsonl")
    }
    opening = start.length
    outer = start.outer
    isContainer = start.isContainer
  }

  func next() throws -> DataBatch? {
    if opening > 0 {
      line += source.take(opening).newlines(before: opening)
      opening = 0
    }
    var scanned = 0
    var end = 0
    var wanted = FileSource.piece
    var records = 0
    while true {
      try source.fill(to: wanted)
      try scan(from: scanned, &end, &records)
      scanned = source.buffer.count
      if source.isAtEnd { break }
      if end > 0 { break }
      guard source.buffer.count < FileSource.longest else {
        throw InputError(
          source.path, field: "line \(line)", "the value is longer than \(FileSource.longest >> 20) MiB",
          remedy: "write an array of samples, or one sample a line in a .jsonl file")
      }
      wanted = min(2 * source.buffer.count, FileSource.longest)
    }
    guard !source.buffer.isEmpty else { return nil }
    if source.isAtEnd {
      if depth > 0 || inString || outer > 0 {
        throw InputError(
          source.path, field: "line \(line + source.buffer.newlines(before: source.buffer.count))",
          "the JSON is cut off", remedy: "make the file anew")
      }
      end = source.buffer.count
    }
    let bytes = source.take(end)
    // What lies behind the cut is scanned again.
    (depth, inString, escaped) = (0, false, false)
    let batch = DataBatch(
      file: file, path: source.path, form: .values(isContainer: isContainer), bytes: bytes, line: line,
      record: record)
    line += bytes.newlines(before: bytes.count)
    record += records
    return batch
  }

  /// Goes over new bytes; `end` comes to lie after the last whole element.
  private func scan(from start: Int, _ end: inout Int, _ records: inout Int) throws {
    var (depth, inString, escaped, outer) = (depth, inString, escaped, outer)
    var stray: Int?
    source.buffer.withUnsafeBufferPointer { bytes in
      for index in start..<bytes.count {
        let byte = bytes[index]
        if inString {
          if escaped {
            escaped = false
          } else if byte == 0x5C {
            escaped = true
          } else if byte == 0x22 {
            inString = false
            if depth == 0 {
              end = index + 1
              if !isContainer { records += 1 }
            }
          }
          continue
        }
        switch byte {
        case 0x22: inString = true
        case 0x5B where isContainer && depth == 0:
          outer += 1
          end = index + 1
        case 0x7B, 0x5B: depth += 1
        case 0x7D, 0x5D:
          if depth > 0 {
            depth -= 1
            if depth == 0 {
              end = index + 1
              records += 1
            }
          } else if outer > 0 {
            outer -= 1
            end = index + 1
          } else {
            stray = stray ?? index
          }
        default: break
        }
      }
    }
    (self.depth, self.inString, self.escaped) = (depth, inString, escaped)
    if let stray {
      throw InputError(
        source.path, field: "line \(line + source.buffer.newlines(before: stray))", "a bracket closes nothing",
        remedy: "correct the JSON")
    }
    self.outer = outer
  }
}

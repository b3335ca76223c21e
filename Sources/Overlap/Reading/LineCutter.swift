import Diagnostics
import Reading

/// Cuts JSONL after lines, and text after empty lines, or, where a piece has none in its second half, after a line: what
/// goes over from one such line to the next is then not seen together.
final class LineCutter: BatchCutter {
  private let source: FileSource
  private let file: Int
  private let form: BatchForm
  private var line = 1

  init(_ source: FileSource, file: Int, isText: Bool) {
    self.source = source
    self.file = file
    form = isText ? .text : .lines
  }

  func next() throws -> DataBatch? {
    var end = 0
    var wanted = FileSource.piece
    while true {
      try source.fill(to: wanted)
      guard !source.buffer.isEmpty else { return nil }
      end = source.isAtEnd ? source.buffer.count : lastCut()
      if end > 0 { break }
      guard source.buffer.count < FileSource.longest else { throw tooLong() }
      wanted = min(2 * source.buffer.count, FileSource.longest)
    }
    let bytes = source.take(end)
    let batch = DataBatch(file: file, path: source.path, form: form, bytes: bytes, line: line, record: 0)
    line += bytes.newlines(before: bytes.count)
    return batch
  }

  /// After the last line, or, in text, after the last empty line of the second half; 0 where no line ends.
  private func lastCut() -> Int {
    let newline = UInt8(ascii: "\n")
    let buffer = source.buffer
    guard let last = buffer.lastIndex(of: newline) else { return 0 }
    if case .text = form {
      var index = last
      while index > buffer.count / 2 {
        if buffer[index] == newline, buffer[index - 1] == newline { return index + 1 }
        index -= 1
      }
    }
    return last + 1
  }

  private func tooLong() -> InputError {
    InputError(
      source.path, field: "line \(line)", "is longer than \(FileSource.longest >> 20) MiB",
      remedy: "write one sample a line")
  }
}

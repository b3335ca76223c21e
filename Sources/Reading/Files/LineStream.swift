import Diagnostics
import Foundation

/// The longest line or record of a file that is read piece by piece. Longer ones are data of another kind.
package let longestLine = 16 << 20

/// The lines of a file or a stream, as they come; blank ones are left out. What is kept in memory is bounded.
package final class LineStream {
  package struct Line: Sendable {
    /// From 1.
    package let number: Int
    /// Without the newline at its end.
    package let bytes: [UInt8]
  }

  package let file: InputFile
  private var buffer: [UInt8] = []
  /// Bytes of the buffer that were taken, and those among the rest that are known to hold no line's end.
  private var taken = 0
  private var searched = 0
  private var number = 0
  private var isAtEnd = false

  private static let piece = 1 << 20
  /// Bytes that make a batch full, be it of few lines.
  private static let mostBytes = 32 << 20
  /// How long the writer of a pipe may take for its next piece before what it wrote is a batch, in milliseconds: a pipe holds 64 KiB,
  /// and who writes thousands of lines is to have them asked together.
  private static let patience: Int32 = 20

  package init(_ file: InputFile) { self.file = file }

  /// The next lines: as many as are there, at most `most`; waits for the first. Empty at the end.
  ///
  /// - Throws: `InputError` where the file cannot be read, or has a line longer than `longestLine`.
  package func next(_ most: Int) throws -> [Line] {
    var lines: [Line] = []
    var bytes = 0
    while lines.count < most, bytes < Self.mostBytes {
      if let line = try cut() {
        if !line.bytes.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) {
          lines.append(line)
          bytes += line.bytes.count
        }
      } else if isAtEnd {
        break
      } else {
        if !lines.isEmpty, !(try file.isReady(within: Self.patience)) { break }
        try fill()
      }
    }
    return lines
  }

  /// The next line, without its end; nil where it is not there yet, or there is none.
  private func cut() throws -> Line? {
    let end = buffer[(taken + searched)...].firstIndex(of: UInt8(ascii: "\n"))
    guard end != nil || (isAtEnd && taken < buffer.count) else {
      searched = buffer.count - taken
      try demand(searched)
      return nil
    }
    let last = end ?? buffer.count
    try demand(last - taken)
    number += 1
    // What Windows programs put before a file's first line.
    let first = number == 1 && buffer[taken..<last].starts(with: [0xEF, 0xBB, 0xBF]) ? taken + 3 : taken
    let line = Array(buffer[first..<last])
    taken = min(buffer.count, last + 1)
    searched = 0
    return Line(number: number, bytes: line)
  }

  private func demand(_ length: Int) throws {
    guard length <= longestLine else {
      throw InputError(
        file.path, field: "line \(number + 1)", "is longer than \(longestLine >> 20) MiB",
        remedy: "write one JSON value a line")
    }
  }

  private func fill() throws {
    buffer.removeFirst(taken)
    taken = 0
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.piece))
    let count: Int
    do {
      count = try buffer.withUnsafeMutableBytes {
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
      }
    } catch {
      buffer.removeLast(Self.piece)
      throw error
    }
    buffer.removeLast(Self.piece - count)
    isAtEnd = count == 0
  }
}

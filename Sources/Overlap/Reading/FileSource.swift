import Diagnostics
import Foundation
import Reading

/// A file's bytes in pieces. What was read and not yet taken stays in `buffer`.
final class FileSource {
  /// Bytes read at a time. Where pieces end decides which paragraphs belong together, so it does not depend on the
  /// number of threads.
  static let piece = 2 << 20
  /// The longest line or record. Longer ones are no training samples but a file of another kind.
  static let longest = longestLine

  var path: String { file.path }
  private(set) var buffer: [UInt8] = []
  private(set) var isAtEnd = false
  private let file: InputFile

  init(_ file: InputFile) throws {
    self.file = file
    try fill(to: Self.piece)
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { buffer.removeFirst(3) }
  }

  /// Reads until the buffer has `count` bytes or the file ends.
  func fill(to count: Int) throws {
    guard buffer.count < count, !isAtEnd else { return }
    let start = buffer.count
    var length = start
    buffer.append(contentsOf: repeatElement(0, count: count - start))
    defer { buffer.removeLast(count - length) }
    try buffer.withUnsafeMutableBytes { memory in
      while length < count, !isAtEnd {
        let got = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[length...]))
        length += got
        isAtEnd = got == 0
      }
    }
  }

  /// Hands over the first `count` bytes.
  func take(_ count: Int) -> [UInt8] {
    let rest = Array(buffer[count...])
    var taken = buffer
    buffer = rest
    taken.removeLast(taken.count - count)
    return taken
  }
}

extension [UInt8] {
  /// How many lines end in these bytes.
  func newlines(before end: Int) -> Int {
    withUnsafeBufferPointer { bytes in
      var count = 0
      for index in 0..<Swift.min(end, bytes.count) where bytes[index] == 0x0A { count &+= 1 }
      return count
    }
  }
}

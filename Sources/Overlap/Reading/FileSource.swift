import Diagnostics
import Foundation

/// A file's bytes in pieces. What was read and not yet taken stays in `buffer`.
final class FileSource {
  /// Bytes read at a time. Where pieces end decides which paragraphs belong together, so it does not depend on the
  /// number of threads.
  static let piece = 2 << 20
  /// The longest line or record. Longer ones are no training samples but a file of another kind.
  static let longest = 16 << 20

  let path: String
  private(set) var buffer: [UInt8] = []
  private(set) var isAtEnd = false
  private let handle: FileHandle

  init(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(path, "no such file", remedy: "check the path")
    }
    guard !isFolder.boolValue else { throw InputError(path, "is a folder", remedy: "name the files in it") }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw InputError(path, "cannot be read", remedy: "check its permissions")
    }
    self.path = path
    self.handle = handle
    try fill(to: Self.piece)
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { buffer.removeFirst(3) }
  }

  deinit { try? handle.close() }

  /// Reads until the buffer has `count` bytes or the file ends.
  func fill(to count: Int) throws {
    guard buffer.count < count, !isAtEnd else { return }
    let start = buffer.count
    let descriptor = handle.fileDescriptor
    var length = start
    var failure: Int32 = 0
    buffer.append(contentsOf: repeatElement(0, count: count - start))
    buffer.withUnsafeMutableBytes { memory in
      guard let base = memory.baseAddress else { return }
      while length < count {
        let got = read(descriptor, base + length, count - length)
        if got > 0 {
          length += got
        } else if got == 0 {
          isAtEnd = true
          return
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    buffer.removeLast(count - length)
    if failure != 0 {
      throw InputError(path, "cannot be read (\(systemWords(failure)))", remedy: "check the file")
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

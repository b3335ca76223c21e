import Diagnostics

/// A file's bytes in pieces, decompressed where it is gzip or Zstandard. What was read and not yet taken stays in `buffer`.
package final class FileSource {
  /// Bytes read at a time. Where pieces end decides which paragraphs belong together, so it does not depend on the
  /// number of threads.
  package static let piece = 2 << 20
  /// The longest line or record. Longer ones are no training samples but a file of another kind.
  package static let longest = longestLine
  /// Compressed bytes read at a time.
  private static let compressedPiece = 256 << 10

  package var path: String { file.path }
  package private(set) var buffer: [UInt8] = []
  package private(set) var isAtEnd = false
  /// Nil for a file that is read as it is.
  package let compression: Compression?
  private let file: InputFile
  private let decompressor: Decompressor?
  /// Compressed bytes that were read; those before `position` have been used.
  private var compressed: [UInt8]
  private var position = 0
  private var isFileAtEnd = false

  /// - Throws: `InputError` where the file cannot be read or is damaged.
  package init(_ file: InputFile) throws {
    self.file = file
    var head = [UInt8](repeating: 0, count: Self.compressedPiece)
    let length = try head.withUnsafeMutableBufferPointer { try Self.read(file, $0) }
    head.removeLast(head.count - length)
    isFileAtEnd = length < Self.compressedPiece
    compressed = head
    compression = Compression(head: head)
    do {
      decompressor = try compression.map { (form) throws(Decompressor.Damage) in try Decompressor(form) }
    } catch {
      throw InputError(file.path, "cannot be decompressed (\(error.reason))", remedy: "free some memory")
    }
    if decompressor == nil {
      buffer = head
      compressed = []
      isAtEnd = isFileAtEnd
    }
    try fill(to: Self.piece)
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { buffer.removeFirst(3) }
  }

  /// Reads until the buffer has `count` bytes or the file ends.
  ///
  /// - Throws: `InputError` where the file cannot be read, or is damaged or cut off within its compressed data.
  package func fill(to count: Int) throws {
    guard buffer.count < count, !isAtEnd else { return }
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: count - start))
    var length = 0
    defer { buffer.removeLast(count - start - length) }
    length = try buffer.withUnsafeMutableBufferPointer { memory in
      let room = UnsafeMutableBufferPointer(rebasing: memory[start...])
      return try decompressor.map { try decompress($0, into: room) } ?? Self.read(file, room)
    }
    if length < count - start { isAtEnd = true }
  }

  /// Hands over the first `count` bytes.
  package func take(_ count: Int) -> [UInt8] {
    let rest = Array(buffer[count...])
    var taken = buffer
    buffer = rest
    taken.removeLast(taken.count - count)
    return taken
  }

  /// The whole of a file.
  ///
  /// - Throws: `InputError` also where it has more than `limit` bytes.
  package static func contents(_ path: String, limit: Int, absent: ShownText = "check the path") throws -> [UInt8] {
    let source = try FileSource(try InputFile(path, absent: absent))
    while !source.isAtEnd, source.buffer.count <= limit {
      try source.fill(to: min(2 * source.buffer.count, limit + 1))
    }
    guard source.buffer.count <= limit else {
      throw InputError(path, "larger than \(limit >> 20) MiB", remedy: "split it")
    }
    return source.buffer
  }

  /// Reads until the memory is full or the file ends; returns how many bytes there are.
  private static func read(_ file: InputFile, _ memory: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    var length = 0
    while length < memory.count {
      let got = try file.read(
        into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(memory)[length...]))
      if got == 0 { break }
      length += got
    }
    return length
  }

  /// Fills the memory with what the compressed bytes hold; less only at the file's end.
  private func decompress(_ decompressor: Decompressor, into memory: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    let name = compression?.rawValue ?? ""
    var length = 0
    while length < memory.count {
      if position == compressed.count, !isFileAtEnd { try readCompressed() }
      let (consumed, produced): (Int, Int)
      do {
        (consumed, produced) = try compressed.withUnsafeBufferPointer { (bytes) throws(Decompressor.Damage) in
          try decompressor.decompress(
            UnsafeBufferPointer(rebasing: bytes[position...]),
            into: UnsafeMutableBufferPointer(rebasing: memory[length...]))
        }
      } catch {
        throw InputError(path, "its \(name) data are damaged: \(error.reason)", remedy: "make the file anew")
      }
      position += consumed
      length += produced
      if consumed == 0, produced == 0, position == compressed.count, isFileAtEnd { break }
    }
    if length < memory.count, !decompressor.isWhole {
      throw InputError(path, "its \(name) data are cut off", remedy: "make the file anew")
    }
    return length
  }

  private func readCompressed() throws {
    compressed = [UInt8](repeating: 0, count: Self.compressedPiece)
    let length = try compressed.withUnsafeMutableBufferPointer { try Self.read(file, $0) }
    compressed.removeLast(compressed.count - length)
    position = 0
    isFileAtEnd = length < Self.compressedPiece
  }
}

extension [UInt8] {
  /// How many lines end in these bytes.
  package func newlines(before end: Int) -> Int {
    withUnsafeBufferPointer { bytes in
      var count = 0
      for index in 0..<Swift.min(end, bytes.count) where bytes[index] == 0x0A { count &+= 1 }
      return count
    }
  }
}

import Diagnostics
import Foundation
import Reading

/// Reads little-endian values one after another out of a mapped file, and refuses to go past its end.
struct ByteCursor {
  let file: MappedFile
  private(set) var position = 0

  init(_ file: MappedFile, at position: Int = 0) {
    self.file = file
    self.position = position
  }

  var remaining: Int { file.bytes.count - position }

  mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type, _ field: String) throws -> Value {
    let start = try skip(UInt64(MemoryLayout<Value>.size), field)
    return Value(littleEndian: file.bytes.loadUnaligned(fromByteOffset: start, as: Value.self))
  }

  /// Moves over `count` bytes and gives the position where they start.
  @discardableResult
  mutating func skip(_ count: UInt64, _ field: String) throws -> Int {
    guard count <= UInt64(remaining) else {
      throw InputError(
        file.path, field: field,
        "needs \(count) bytes at offset \(position), \(remaining) remain: the file is truncated or damaged",
        remedy: "download or convert the file again")
    }
    defer { position += Int(count) }
    return position
  }

  /// A string with a 64-bit length before it: the range of its bytes.
  mutating func stringRange(_ field: String) throws -> Range<Int> {
    let length = try integer(UInt64.self, field)
    let start = try skip(length, field)
    return start..<position
  }

  /// A string with a 64-bit length before it, of at most `limit` bytes of UTF-8.
  mutating func string(limit: Int, _ field: String) throws -> String {
    let range = try stringRange(field)
    guard range.count <= limit else {
      throw InputError(
        file.path, field: field, "is \(range.count) bytes long, more than \(limit)",
        remedy: "download or convert the file again")
    }
    return try file.text(range, field)
  }
}

extension MappedFile {
  /// The UTF-8 text at `range`, which lies in the file. Throws where it is not UTF-8.
  func text(_ range: Range<Int>, _ field: @autoclosure () -> String) throws -> String {
    guard let text = String(validating: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self) else {
      throw InputError(path, field: field(), "is not UTF-8", remedy: "download or convert the file again")
    }
    return text
  }
}

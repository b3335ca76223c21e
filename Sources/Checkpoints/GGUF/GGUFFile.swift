import Diagnostics
import Foundation
import Reading

/// A GGUF file of version 2 or 3, or all parts of one that was split: metadata, and tensors under the names that the file gives them.
///
/// Format: ggml's `docs/gguf.md`. The file is untrusted: counts, lengths, types, offsets and overlaps are checked before use.
package struct GGUFFile: Sendable {
  /// The file, or its parts in order.
  package let files: [MappedFile]
  /// Of parts the first one's.
  package let metadata: GGUFMetadata
  package let tensors: [String: Tensor]

  /// The one that has the metadata.
  var file: MappedFile { metadata.file }

  /// Parses the file, and where it is a part of a model the others beside it (`GGUFSplit.swift`).
  ///
  /// - Throws: `InputError` naming the key or tensor that is wrong, or the part that is.
  package init(_ url: URL) throws { self = try GGUFFile(part: url).whole() }

  init(files: [MappedFile], metadata: GGUFMetadata, tensors: [String: Tensor]) {
    (self.files, self.metadata, self.tensors) = (files, metadata, tensors)
  }

  /// Parses one file alone.
  init(part url: URL) throws {
    let file = try MappedFile(url)
    var cursor = ByteCursor(file)
    let counts = try Self.header(&cursor)
    metadata = GGUFMetadata(file: file, entries: try Self.entries(&cursor, count: counts.keys))
    let infos = try Self.tensorInfos(&cursor, count: counts.tensors)
    tensors = try Self.place(infos, in: file, after: cursor.position, alignment: try Self.alignment(metadata))
    files = [file]
  }

  /// Whether the file starts as a GGUF file does.
  static func hasMagic(_ file: MappedFile) -> Bool { file.bytes.prefix(4).elementsEqual("GGUF".utf8) }

  private static let damaged: ShownText = "download or convert the file again"

  private static func header(_ cursor: inout ByteCursor) throws -> (tensors: UInt64, keys: UInt64) {
    let path = cursor.file.path
    guard hasMagic(cursor.file) else {
      throw InputError(path, field: "magic", "is not a GGUF file", remedy: "give a .gguf file or a model folder")
    }
    try cursor.skip(4, "magic")
    let version = try cursor.integer(UInt32.self, "version")
    guard version == 2 || version == 3 else {
      // A big-endian file's small version number shows in the upper bytes.
      let problem: ShownText =
        version.byteSwapped <= 0xffff && version > 0xffff
        ? "big-endian GGUF is not supported" : "GGUF version \(version) is not supported; supported: 2, 3"
      throw InputError(path, field: "version", problem, remedy: "convert the model again with a current converter")
    }
    let tensors = try cursor.integer(UInt64.self, "tensor count")
    let keys = try cursor.integer(UInt64.self, "key-value count")
    // A tensor info takes at least 24 bytes and a key-value at least 13, so no honest count can exceed these.
    for (field, count, least) in [("tensor count", tensors, 24), ("key-value count", keys, 13)]
    where count > UInt64(cursor.remaining / least) {
      throw InputError(path, field: field, "is \(count), more than the file can hold", remedy: damaged)
    }
    guard tensors <= UInt64(SafetensorsFile.mostTensors) else {
      throw InputError(
        path, field: "tensor count", "is \(tensors), more than \(SafetensorsFile.mostTensors)",
        remedy: "give the weights of one model")
    }
    return (tensors, keys)
  }

  private static func entries(_ cursor: inout ByteCursor, count: UInt64) throws -> [String: GGUFMetadata.Entry] {
    var entries: [String: GGUFMetadata.Entry] = [:]
    for index in 0..<count {
      let key = try cursor.string(limit: 65_535, "key \(index)")
      let type = try valueType(&cursor, key)
      let entry: GGUFMetadata.Entry
      if type == .array {
        let element = try valueType(&cursor, key)
        guard element != .array else {
          throw InputError(
            cursor.file.path, field: key, "is an array of arrays, which is not supported", remedy: damaged)
        }
        let count = try cursor.integer(UInt64.self, key)
        guard count <= UInt64(cursor.remaining) else {
          throw InputError(cursor.file.path, field: key, "has more elements than the file can hold", remedy: damaged)
        }
        entry = .init(type: element, count: Int(count), bytes: try values(&cursor, element, count, key))
      } else {
        entry = .init(type: type, count: nil, bytes: try values(&cursor, type, 1, key))
      }
      guard entries.updateValue(entry, forKey: key) == nil else {
        throw InputError(cursor.file.path, field: key, "occurs twice", remedy: damaged)
      }
    }
    return entries
  }

  private static func valueType(_ cursor: inout ByteCursor, _ key: String) throws -> GGUFMetadata.ValueType {
    let code = try cursor.integer(UInt32.self, key)
    guard let type = GGUFMetadata.ValueType(rawValue: code) else {
      throw InputError(cursor.file.path, field: key, "has unknown value type \(code)", remedy: damaged)
    }
    return type
  }

  /// Moves over `count` values, at most as many as the file has bytes, and gives their range.
  private static func values(
    _ cursor: inout ByteCursor, _ type: GGUFMetadata.ValueType, _ count: UInt64, _ key: String
  ) throws -> Range<Int> {
    let start = cursor.position
    if let size = type.size {
      try cursor.skip(count * UInt64(size), key)
    } else {
      for _ in 0..<count { _ = try cursor.stringRange(key) }
    }
    return start..<cursor.position
  }

  private static func alignment(_ metadata: GGUFMetadata) throws -> Int {
    let key = "general.alignment"
    let alignment = try metadata.integer(key) ?? 32
    guard alignment >= 1, alignment <= 1 << 20, alignment.nonzeroBitCount == 1 else {
      throw InputError(metadata.path, field: key, "is \(alignment), not a power of two up to 2^20", remedy: damaged)
    }
    return alignment
  }
}

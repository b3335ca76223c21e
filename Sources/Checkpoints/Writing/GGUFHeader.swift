import Foundation

/// The part of a GGUF file before its tensors' bytes: metadata as they are in another file but for some, and where each tensor lies.
///
/// Format: ggml's `docs/gguf.md`, version 3, little-endian.
struct GGUFHeader {
  struct Entry {
    let key: String
    /// Type and value.
    let bytes: Data
  }

  struct TensorEntry {
    let name: String
    /// PyTorch's order.
    let shape: [Int]
    let type: ElementType

    var byteCount: Int { shape.reduce(1, *) / type.weightsPerBlock * type.bytesPerBlock }
  }

  /// A power of two; every tensor starts at a multiple of it.
  let alignment: Int
  private var entries: [Entry]

  /// Takes over a file's metadata, in its order.
  ///
  /// - Parameter isKept: whether a key still says what is so.
  init(_ metadata: GGUFMetadata, alignment: Int, keeping isKept: (String) -> Bool) {
    self.alignment = alignment
    entries = metadata.entries.filter { isKept($0.key) }.sorted {
      $0.value.bytes.lowerBound < $1.value.bytes.lowerBound
    }.map { key, entry in
      var bytes = Data()
      if let count = entry.count {
        bytes.append(little: GGUFMetadata.ValueType.array.rawValue)
        bytes.append(little: entry.type.rawValue)
        bytes.append(little: UInt64(count))
      } else {
        bytes.append(little: entry.type.rawValue)
      }
      bytes.append(contentsOf: metadata.file.bytes[entry.bytes])
      return Entry(key: key, bytes: bytes)
    }
  }

  mutating func set(_ key: String, _ value: UInt32) {
    var bytes = Data()
    bytes.append(little: GGUFMetadata.ValueType.uint32.rawValue)
    bytes.append(little: value)
    set(Entry(key: key, bytes: bytes))
  }

  mutating func set(_ key: String, _ value: String) {
    var bytes = Data()
    bytes.append(little: GGUFMetadata.ValueType.string.rawValue)
    bytes.append(string: value)
    set(Entry(key: key, bytes: bytes))
  }

  /// In its place, or behind all others.
  private mutating func set(_ entry: Entry) {
    if let index = entries.firstIndex(where: { $0.key == entry.key }) {
      entries[index] = entry
    } else {
      entries.append(entry)
    }
  }

  /// The header's bytes, up to where the first tensor begins.
  func bytes(_ tensors: [TensorEntry]) -> Data {
    var data = Data("GGUF".utf8)
    data.append(little: UInt32(3))
    data.append(little: UInt64(tensors.count))
    data.append(little: UInt64(entries.count))
    for entry in entries {
      data.append(string: entry.key)
      data.append(entry.bytes)
    }
    var offset = 0
    for tensor in tensors {
      data.append(string: tensor.name)
      data.append(little: UInt32(tensor.shape.count))
      for length in tensor.shape.reversed() { data.append(little: UInt64(length)) }
      data.append(little: UInt32(tensor.type.ggmlCode))
      data.append(little: UInt64(offset))
      offset += tensor.byteCount + padding(behind: tensor.byteCount)
    }
    data.append(Data(count: padding(behind: data.count)))
    return data
  }

  /// Zeros up to the next multiple of the alignment.
  func padding(behind count: Int) -> Int { (alignment - count % alignment) % alignment }
}

extension Data {
  fileprivate mutating func append(little value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  fileprivate mutating func append(string: String) {
    append(little: UInt64(string.utf8.count))
    append(contentsOf: string.utf8)
  }
}

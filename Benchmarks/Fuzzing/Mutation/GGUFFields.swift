/// The fields of a valid GGUF file: counts, keys, types, values, dimensions and offsets.
struct GGUFFields {
  private let bytes: [UInt8]
  private var position = 0
  private var fields: [Field] = []
  private struct Truncated: Error {}
  private static let sizes: [UInt64: Int] = [
    0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8,
  ]

  static func find(_ bytes: [UInt8]) -> [Field] {
    var finder = GGUFFields(bytes: bytes)
    try? finder.read()
    return finder.fields
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func read() throws {
    for width in [4, 4] { _ = try integer(width) }
    let (tensors, keys) = (try integer(8), try integer(8))
    for _ in 0..<keys {
      let start = position
      try text()
      let type = try integer(4)
      if type == 9 {
        let element = try integer(4)
        for _ in 0..<(try integer(8)) { try value(element) }
      } else {
        try value(type)
      }
      fields.append(Field(kind: .piece, range: start..<position))
    }
    for _ in 0..<tensors {
      let start = position
      try text()
      for _ in 0..<(try integer(4)) { _ = try integer(8) }
      for width in [4, 8] { _ = try integer(width) }
      fields.append(Field(kind: .piece, range: start..<position))
    }
    // Scales and weights here and there.
    for place in stride(from: position, to: bytes.count - 2, by: max(2, (bytes.count - position) / 256)) {
      fields.append(Field(kind: .integer, range: place..<place + 2))
    }
  }

  private mutating func integer(_ width: Int) throws -> UInt64 {
    guard bytes.count - position >= width else { throw Truncated() }
    let range = position..<position + width
    fields.append(Field(kind: .integer, range: range))
    position += width
    return bytes[range].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func text() throws {
    let start = position
    let length = try integer(8)
    guard length <= UInt64(bytes.count - position) else { throw Truncated() }
    position += Int(length)
    fields.append(Field(kind: .lengthAndText, range: start..<position))
  }

  private mutating func value(_ type: UInt64) throws {
    guard type != 8 else { return try text() }
    guard let size = Self.sizes[type] else { throw Truncated() }
    _ = try integer(size)
  }
}

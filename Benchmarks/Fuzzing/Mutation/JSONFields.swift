/// The values, keys and members of a JSON text.
struct JSONFields {
  private let bytes: [UInt8]
  private let end: Int
  private var position: Int
  private var fields: [Field] = []

  /// Of a text that is not JSON: what stands before the fault.
  static func find(_ bytes: [UInt8], _ range: Range<Int>) -> [Field] {
    var finder = JSONFields(bytes: bytes, end: range.upperBound, position: range.lowerBound)
    _ = finder.value(depth: 0)
    return finder.fields
  }

  private init(bytes: [UInt8], end: Int, position: Int) {
    (self.bytes, self.end, self.position) = (bytes, end, position)
  }

  private var next: UInt8? { position < end ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || (0x09...0x0d).contains(byte) { position += 1 }
  }

  /// - Returns: whether a whole value was there.
  private mutating func value(depth: Int) -> Bool {
    skipSpace()
    let start = position
    let isWhole: Bool
    switch next {
    case UInt8(ascii: "{"): isWhole = depth < 64 && container(UInt8(ascii: "}"), depth, hasKeys: true)
    case UInt8(ascii: "["): isWhole = depth < 64 && container(UInt8(ascii: "]"), depth, hasKeys: false)
    case UInt8(ascii: "\""): isWhole = string()
    default:
      while let byte = next, !",]} \n\r\t".utf8.contains(byte) { position += 1 }
      isWhole = position > start
    }
    if isWhole { fields.append(Field(kind: .value, range: start..<position)) }
    return isWhole
  }

  private mutating func container(_ closing: UInt8, _ depth: Int, hasKeys: Bool) -> Bool {
    position += 1
    while true {
      skipSpace()
      guard let byte = next else { return false }
      if byte == closing {
        position += 1
        return true
      }
      let start = position
      if hasKeys {
        guard string() else { return false }
        fields.append(Field(kind: .key, range: start..<position))
        skipSpace()
        guard next == UInt8(ascii: ":") else { return false }
        position += 1
      }
      guard value(depth: depth + 1) else { return false }
      skipSpace()
      if next == UInt8(ascii: ",") { position += 1 }
      fields.append(Field(kind: .piece, range: start..<position))
    }
  }

  private mutating func string() -> Bool {
    guard next == UInt8(ascii: "\"") else { return false }
    position += 1
    while let byte = next {
      position += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "\"") { return true }
    }
    position = end
    return false
  }
}

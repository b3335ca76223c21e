import Diagnostics

/// The fields of a protobuf message in its wire format, one after the other. Bytes are untrusted: every length is checked.
struct ProtobufReader {
  /// Bytes are no message.
  struct Fault: Error {
    /// In the file.
    let offset: Int
    let problem: ShownText
  }

  enum Value {
    case integer(UInt64)
    case bits64(UInt64)
    /// A text, bytes, or another message.
    case bytes(ArraySlice<UInt8>)
    case bits32(UInt32)
  }

  private var rest: ArraySlice<UInt8>

  /// - Parameter bytes: a message; its indices are places in the file.
  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next field's number and value; nil at the end.
  mutating func next() throws(Fault) -> (number: Int, value: Value)? {
    guard !rest.isEmpty else { return nil }
    let start = rest.startIndex
    let key = try integer()
    let number = key >> 3
    guard number > 0, number < 1 << 29 else { throw Fault(offset: start, problem: "a field has no number") }
    switch key & 7 {
    case 0: return (Int(number), .integer(try integer()))
    case 1: return (Int(number), .bits64(try fixed(8)))
    case 2:
      let count = try integer()
      guard count <= UInt64(rest.count) else { throw Fault(offset: start, problem: "a field is cut off") }
      return (Int(number), .bytes(take(Int(count))))
    case 5: return (Int(number), .bits32(UInt32(truncatingIfNeeded: try fixed(4))))
    default: throw Fault(offset: start, problem: "a field has an unknown type")
    }
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// Little-endian.
  private mutating func fixed(_ count: Int) throws(Fault) -> UInt64 {
    guard rest.count >= count else { throw Fault(offset: rest.startIndex, problem: "a number is cut off") }
    return take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Seven bits a byte, the lowest first.
  private mutating func integer() throws(Fault) -> UInt64 {
    let start = rest.startIndex
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw Fault(offset: start, problem: "a number is cut off") }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw Fault(offset: start, problem: "a number is too long")
  }
}

/// A part of a valid input that a mutation can replace.
struct Field: Sendable {
  enum Kind: Sendable {
    /// A little-endian integer of as many bytes as the range has.
    case integer
    /// A text behind its length, which is a little-endian integer of 8 bytes; both in the range.
    case lengthAndText
    /// A JSON value.
    case value
    /// A JSON string that names a member, in its quotes.
    case key
    /// Something that can be left out, stand twice or change places: a member, an element, a line, an entry.
    case piece
    /// A word of a text.
    case word
  }

  let kind: Kind
  let range: Range<Int>
}

/// How inputs of one form are taken apart, and put right after a mutation.
enum Form: Sendable {
  case gguf, safetensors, json
  /// YAML, CSV, regular expressions, text: words and lines.
  case text
  /// One JSON document a line.
  case jsonLines

  /// The fields of a valid input, in no particular order; they may lie in each other.
  func fields(_ bytes: [UInt8]) -> [Field] {
    switch self {
    case .gguf: return GGUFFields.find(bytes)
    case .safetensors:
      guard let end = Self.headerEnd(bytes) else { return [] }
      let length = Field(kind: .integer, range: 0..<8)
      return [length] + JSONFields.find(bytes, 8..<end) + Self.numbers(end..<bytes.count)
    case .json: return JSONFields.find(bytes, 0..<bytes.count)
    case .text: return TextFields.find(bytes)
    case .jsonLines:
      return TextFields.lines(bytes).flatMap { [Field(kind: .piece, range: $0)] + JSONFields.find(bytes, $0) }
    }
  }

  /// What makes the rest of a mutated input reachable: of safetensors, a header's length that fits it.
  ///
  /// - Parameter growth: by how many bytes the part up to `headerEnd` grew.
  func repair(_ bytes: inout [UInt8], headerEnd: Int, growth: Int) {
    guard self == .safetensors, bytes.count >= 8, headerEnd + growth >= 8 else { return }
    let length = UInt64(headerEnd + growth - 8)
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * UInt64(index))) }
  }

  /// Where the header of a valid safetensors file ends; nil of any other.
  static func headerEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 8 else { return nil }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return length <= UInt64(bytes.count - 8) ? 8 + Int(length) : nil
  }

  /// A few weights, so that some become infinite or no number.
  private static func numbers(_ range: Range<Int>) -> [Field] {
    stride(from: range.lowerBound, to: range.upperBound - 4, by: max(4, range.count / 64 & ~3)).map {
      Field(kind: .integer, range: $0..<$0 + 4)
    }
  }
}

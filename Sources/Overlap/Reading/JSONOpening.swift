import Reading

/// What stands before the first element of a JSON file.
struct JSONOpening {
  /// Names of arrays of samples in an object that is the whole file.
  private static let containers: Set<String> = [
    "data", "dataset", "train", "training", "test", "validation", "valid", "dev", "examples", "rows", "records",
    "instances", "samples", "items",
  ]

  /// False where the file begins like no JSON.
  private(set) var isJSON = true
  /// Bytes before the first element.
  private(set) var length = 0
  /// Brackets that they open.
  private(set) var outer = 0
  /// Whether the elements are in an array of an object that is the whole file.
  private(set) var isContainer = false

  init(_ head: [UInt8]) {
    var cursor = Cursor(bytes: head)
    switch cursor.next() {
    case UInt8(ascii: "["):
      length = cursor.index
      outer = 1
    case UInt8(ascii: "{"):
      while let member = cursor.member() {
        guard member == .array else { continue }
        length = cursor.index
        outer = 2
        isContainer = true
        break
      }
    case nil: break
    default: isJSON = false
    }
  }

  private struct Cursor {
    enum Member { case scalar, array }

    let bytes: [UInt8]
    var index = 0

    /// The next byte that is no space, which is passed.
    mutating func next() -> UInt8? {
      while index < bytes.count {
        index += 1
        if !DataFormat.isSpace(bytes[index - 1]) { return bytes[index - 1] }
      }
      return nil
    }

    /// A member with a plain value, or one whose name is an array of samples', passed up to its first element; nil
    /// for what makes the object a sample itself.
    mutating func member() -> Member? {
      guard next() == 0x22, let name = string(), next() == UInt8(ascii: ":"), let first = next() else { return nil }
      switch first {
      case UInt8(ascii: "["):
        var ahead = self
        let isArray = JSONOpening.containers.contains(name.lowercased()) && ahead.next() == UInt8(ascii: "{")
        return isArray ? .array : nil
      case UInt8(ascii: "{"): return nil
      case 0x22: guard string() != nil else { return nil }
      default: break
      }
      while let byte = next() {
        if byte == UInt8(ascii: ",") { return .scalar }
        if byte == UInt8(ascii: "}") { return nil }
      }
      return nil
    }

    /// A string whose quote has been passed; nil for one that is cut off or longer than a name is.
    private mutating func string() -> String? {
      let start = index
      let read = bytes.withUnsafeBufferPointer { bytes in
        var lexer = JSONLexer(bytes, at: start, leniency: JSONExtractor.leniency)
        return (try? lexer.unescaped()).map { (text: String(decoding: $0, as: UTF8.self), end: lexer.position) }
      }
      guard let read, read.end - start <= 4096 else { return nil }
      index = read.end
      return read.text
    }
  }
}

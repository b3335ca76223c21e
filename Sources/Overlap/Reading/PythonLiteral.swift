/// Lists and dictionaries as Python prints them, which is how pandas and datasets write messages into a table:
/// `[{'role': 'user', 'content': 'Hello'}]`.
enum PythonLiteral {
  /// The same as JSON, or what is no more JSON than the text is; nil for a text that does not begin like one.
  static func json(_ text: [UInt8]) -> [UInt8]? {
    let first = text.drop { DataFormat.isSpace($0) || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }.first
    guard first == quote else { return nil }
    var json: [UInt8] = []
    json.reserveCapacity(text.count + text.count / 8)
    var index = 0
    while index < text.count {
      let byte = text[index]
      index += 1
      switch byte {
      case quote, 0x22: appendString(text, &index, closing: byte, to: &json)
      case UInt8(ascii: "T"), UInt8(ascii: "F"), UInt8(ascii: "N"):
        appendWord(text, &index, to: &json)
      case UInt8(ascii: "{") where json.last(where: { !DataFormat.isSpace($0) }) == UInt8(ascii: "}"):
        // NumPy puts no commas between the elements of an array.
        json += [UInt8(ascii: ","), byte]
      default: json.append(byte)
      }
    }
    return json
  }

  private static let quote = UInt8(ascii: "'")

  /// A string whose quote has been passed, in JSON's quotes and escapes.
  private static func appendString(_ text: [UInt8], _ index: inout Int, closing: UInt8, to json: inout [UInt8]) {
    json.append(0x22)
    while index < text.count, text[index] != closing {
      let byte = text[index]
      index += 1
      if byte == 0x22 {
        json += [0x5C, byte]
      } else if byte == 0x5C, index < text.count {
        let escaped = text[index]
        index += 1
        switch escaped {
        case quote: json.append(escaped)
        case UInt8(ascii: "x"): json += Array("\\u00".utf8)
        case UInt8(ascii: "a"), UInt8(ascii: "v"), UInt8(ascii: "0"), 0x0A: json.append(0x20)
        default: json += [0x5C, escaped]
        }
      } else {
        json.append(byte)
      }
    }
    index += 1
    json.append(0x22)
  }

  /// True, False and None, whose first letter has been passed.
  private static func appendWord(_ text: [UInt8], _ index: inout Int, to json: inout [UInt8]) {
    for (word, value) in [("True", "true"), ("False", "false"), ("None", "null")] {
      let bytes = Array(word.utf8)
      guard text[(index - 1)...].starts(with: bytes) else { continue }
      json += Array(value.utf8)
      index += bytes.count - 1
      return
    }
    json.append(text[index - 1])
  }
}

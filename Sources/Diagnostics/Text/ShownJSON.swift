import Foundation

/// A value as JSON that may leave the program: keys sorted, and what is not seen escaped within strings (`\u202e`), so that a log is safe
/// to look at. A reader of JSON gets the exact text.
///
/// - Parameters:
///   - isPretty: whether it has lines and indentation; else it is one line.
///   - encoder: how dates and numbers are written, where that matters; its output format is set here.
package func shownJSON(_ value: some Encodable, isPretty: Bool = false, encoder: JSONEncoder = JSONEncoder()) throws
  -> Data
{
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
  return escaped(try encoder.encode(value))
}

/// JSON as it was encoded, with escapes for what would not be seen, or obeyed. Outside of strings there is nothing of the kind.
private func escaped(_ json: Data) -> Data {
  let number = UInt8(ascii: "#")
  if json.allSatisfy({ $0 < 0x7F && $0 != number }) { return json }
  var result = String.UnicodeScalarView()
  let scalars = String(decoding: json, as: UTF8.self).unicodeScalars
  for index in scalars.indices {
    let scalar = scalars[index]
    let isShown = scalars.isShown(at: index) && !scalars.beginsCommand(at: index, beginsLine: false)
    // Its own line breaks.
    if isShown || scalar == "\n" {
      result.append(scalar)
    } else {
      for unit in String(scalar).utf16 { result.append(contentsOf: String(format: "\\u%04x", unit).unicodeScalars) }
    }
  }
  return Data(String(result).utf8)
}

import Diagnostics

/// One line of a JSON lines file: an object.
package struct JSONLine {
  package let file: String
  /// From 1.
  package let number: Int
  /// What stands behind "line N" in a message's field.
  private let suffix: String
  private let members: JSONObject
  /// How a line looks, for messages.
  private let example: ShownText

  /// Reads the lines that are not blank.
  ///
  /// - Parameters:
  ///   - limit: bytes of the file, a multiple of 1 MiB.
  ///   - known: a line's keys; nil where it may have any.
  ///   - example: a line.
  /// - Throws: `InputError` where the file cannot be read, and naming the line that is no such object; whatever `body`
  ///   throws.
  package static func read<Value>(
    _ file: String, limit: Int, ifAbsent remedy: ShownText = "check the path", known: [String]?, example: ShownText,
    _ body: (JSONLine) throws -> Value
  ) throws -> [Value] {
    var text = try plainText(file, limit: limit, absent: remedy)
    return try text.withUTF8 { bytes in
      var values: [Value] = []
      var start = 0
      var number = 0
      while start < bytes.count {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let line = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<end])
        number += 1
        start = end + 1
        let isBlank = line.allSatisfy {
          $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t")
        }
        if isBlank { continue }
        values.append(try body(JSONLine(line, file: file, number: number, known: known, example: example)))
      }
      return values
    }
  }

  /// The file's text, decompressed where its name says that it is gzip or Zstandard.
  private static func plainText(_ file: String, limit: Int, absent remedy: ShownText) throws -> String {
    guard Compression.plainName(file) != file else { return try readText(file, limit: limit, absent: remedy) }
    let bytes = try FileSource.contents(file, limit: limit, absent: remedy)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InputError(file, "not UTF-8 text", remedy: "save it as UTF-8")
    }
    return text
  }

  private init(
    _ line: UnsafeRawBufferPointer, file: String, number: Int, known: [String]?, example: ShownText
  ) throws {
    func refuse(_ problem: ShownText, remedy: ShownText) -> InputError {
      InputError(file, field: "line \(number)", problem, remedy: remedy)
    }
    func isList(_ line: UnsafeRawBufferPointer) -> Bool {
      number == 1 && line.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } == UInt8(ascii: "[")
    }
    let value: JSONValue
    do throws(JSONFault) {
      // Where columns are others' affair, what Python writes for a missing number is none.
      value = try JSONParser.parse(line, repeats: .kept, leniency: known == nil ? .nonFinite : [])
    } catch {
      throw isList(line)
        ? refuse("begins a JSON list", remedy: "write one object a line, such as with jq -c '.[]'")
        : refuse("not valid JSON: \(error.problem)", remedy: "correct the line: each is one whole object")
    }
    guard case .object(let members) = value else {
      throw isList(line)
        ? refuse("is a JSON list", remedy: "write one object a line, such as with jq -c '.[]'")
        : refuse("not a JSON object", remedy: "write one object a line: \(example)")
    }
    try self.init(members, file: file, number: number, suffix: "", known: known, example: example)
  }

  private init(
    _ members: JSONObject, file: String, number: Int, suffix: String, known: [String]?, example: ShownText
  ) throws {
    (self.file, self.number, self.suffix, self.members, self.example) = (file, number, suffix, members, example)
    if let known { try refuseUnknownKeys(members.keys, known: known, file: file, in: "line \(number)\(suffix)") }
    if let twice = (known ?? members.keys).first(where: { members.repeats($0) }) {
      throw error("'\(twice)' is given twice", remedy: "keep one of them")
    }
  }

  /// Nil where the key is absent or null.
  package func text(_ key: String) throws -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value else { throw wrong(key) }
    return text
  }

  /// Nil where the key is absent or null.
  package func texts(_ key: String) throws -> [String]? {
    try array(key)?.map { value in
      guard case .string(let text) = value else { throw wrong(key) }
      return text
    }
  }

  /// A list of objects; nil where the key is absent or null.
  package func objects(_ key: String, known: [String]) throws -> [JSONLine]? {
    try array(key)?.map { value in
      guard case .object(let members) = value else { throw wrong(key) }
      return try JSONLine(
        members, file: file, number: number, suffix: "\(suffix).\(key)", known: known, example: example)
    }
  }

  package func required<Value>(_ key: String, _ value: Value?) throws -> Value {
    guard let value else { throw error("'\(key)' is missing", remedy: "write one object a line: \(example)") }
    return value
  }

  /// An error at this line.
  package func error(_ problem: ShownText, remedy: ShownText) -> InputError {
    InputError(file, field: "line \(number)", problem, remedy: remedy)
  }

  package var keys: [String] { members.keys }

  /// Nil where the key is absent or null.
  package func value(_ key: String) -> JSONValue? { members[key].flatMap { $0 == .null ? nil : $0 } }

  private func array(_ key: String) throws -> [JSONValue]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { throw wrong(key) }
    return elements
  }

  private func wrong(_ key: String) -> InputError {
    error("'\(key)' is not of the right type", remedy: "write one object a line: \(example)")
  }
}

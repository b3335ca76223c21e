import Testing

import Reading

/// RFC 8259, and what model files must not get past it.
@Suite("JSON")
struct JSONTests {
  @Test("whole numbers stay exact, others are doubles")
  func numbers() throws {
    #expect(try parse("9007199254740993") == .integer(9_007_199_254_740_993))
    #expect(try parse("-0.5e1") == .number(-5))
  }

  @Test(
    "a key that is given twice, text after the end and half of a surrogate pair are refused",
    arguments: [
      #"{"a": 1, "a": 2}"#, "{} {}", #""\ud800""#, "01", "[1,]", "nul", "\"\u{1}\"",
    ])
  func refused(_ text: String) {
    #expect(throws: JSONFault.self) { try parse(text) }
  }

  private func parse(_ text: String) throws -> JSONValue {
    try Array(text.utf8).withUnsafeBytes { try JSONParser.parse($0) }
  }
}

import Diagnostics
import Reading
import Testing

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

  @Test("keys are told apart by their bytes, where Swift's strings are equal by canonical equivalence")
  func exactKeys() throws {
    // é as one scalar, and as e with an accent.
    guard case .object(let object) = try parse("{\"\u{E9}\": 1, \"e\u{301}\": 2}") else { throw NotAnObject() }
    #expect(object["\u{E9}"] == .integer(1))
    #expect(object["e\u{301}"] == .integer(2))
    let many = (0..<40).map { "\"k\($0)\": \($0)" }.joined(separator: ",")
    guard case .object(let large) = try parse("{\(many), \"\u{E9}\": 1, \"e\u{301}\": 2}") else { throw NotAnObject() }
    #expect(large["k39"] == .integer(39))
    #expect(large["\u{E9}"] == .integer(1))
    #expect(large["e\u{301}"] == .integer(2))
    #expect(large["k40"] == nil)
    #expect(throws: JSONFault.self) { try parse("{\(many), \"k7\": 1}") }
  }

  @Test("where a vocabulary says which of two counts, both are kept, and a getter refuses the key")
  func repeats() throws {
    let text = Array(#"{"v": {"a": 1, "a": 2}, "n": 1, "n": 1}"#.utf8)
    let file = try text.withUnsafeBytes { try JSONFile(path: "t.json", bytes: $0, repeats: .kept) }
    #expect(try file.object("v")?.members.members.map(\.value) == [.integer(1), .integer(2)])
    let error = try #require(throws: InputError.self) { try file.integer("n") }
    #expect(error.description == "t.json: n: the key occurs twice; keep one of them")
  }

  @Test("escapes stand for their scalars, pairs of surrogates for one")
  func escapes() throws {
    #expect(try parse(#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z""#) == .string("a\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{1F600}z"))
    #expect(try parse(#""""#) == .string(""))
    #expect(try parse(#""\u0041""#) == .string("A"))
  }

  @Test("64 levels are read, the 65th is refused before the stack is")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try parse(nested(64))
    #expect(throws: JSONFault.self) { try parse(nested(65)) }
    #expect(throws: JSONFault.self) { try parse(String(repeating: #"{"a":"#, count: 100_000)) }
  }

  @Test(
    "a fault says what is wrong and at which byte",
    arguments: [
      ("", "ends too early", 0), (#"{"a" 1}"#, "a colon is missing", 5), (#"{1: 2}"#, "a name is missing", 1),
      ("[1 2]", "a comma or bracket is missing", 3), ("[1,", "ends too early", 3), ("[1,]", "a value is missing", 3),
      (#"["a"#, "a string is not closed", 3), (#""\q""#, "a backslash stands before what needs none", 2),
      (#""\u12""#, #"\u has fewer than four digits"#, 5), (#""\ud800\u0041""#, "half of a surrogate pair", 7),
      ("nulls", "a value is neither a string nor a number", 0), ("NaN", "a value is neither a string nor a number", 0),
      ("1.", "a number lacks a digit", 2), ("-", "a number lacks a digit", 1), ("1e999", "a number is out of range", 5),
      ("{} x", "there is text after the end", 3), ("01", "a number starts with 0", 1),
    ])
  func faults(_ text: String, _ problem: String, _ offset: Int) throws {
    let fault = try #require(throws: JSONFault.self) { try parse(text) }
    #expect(fault.problem.description == problem)
    #expect(fault.offset == offset)
  }

  @Test("bytes that are no UTF-8 are refused in keys and values")
  func encoding() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], Array("{\"".utf8) + [0xE2, 0x82] + Array("\":1}".utf8),
    ] {
      #expect(throws: JSONFault.self) { try bytes.withUnsafeBytes { try JSONParser.parse($0) } }
    }
  }

  @Test("a byte order mark before the text is passed over")
  func byteOrderMark() throws { #expect(try parse("\u{FEFF}[1]") == .array([.integer(1)])) }

  private struct NotAnObject: Error {}

  private func parse(_ text: String) throws -> JSONValue {
    try Array(text.utf8).withUnsafeBytes { try JSONParser.parse($0) }
  }
}

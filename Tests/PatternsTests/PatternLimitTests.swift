import Foundation
import Patterns
import ProcessorTime
import Testing

@Suite("Expressions that cannot be matched, or are made to take for ever")
struct PatternLimitTests {
  @Test(
    "what is not supported is refused by name",
    arguments: [
      ("(a)\\1", "\\1"), ("(?<n>a)\\k<n>", "\\k"), ("(?<n>a\\g<n>?)", "\\g"), ("(a)(?(1)b|c)", "(?("),
      ("(?~ab)", "(?~"),
      ("(?P<n>a)", "(?P"), ("\\X", "\\X"), ("a\\Kb", "\\K"), ("\\G", "\\G"), ("\\y", "\\y"), ("(*FAIL)", "(*"),
      ("(?{1})", "(?{"),
      ("\\p{Nonsense}", "'Nonsense'"), ("\\pL", "\\p"), ("[[:graph:]]", "[:graph"), ("(?i:ss)", "several"),
      ("(?i:ß)", "several"),
      ("(?i:[ß-ü])", "several"), ("(?<=a+)b", "fixed length"), ("(|a)*", "nothing"), ("(?:a*b*)+", "nothing"),
      ("[]a]", "first in a class"),
      ("^*", "matches no character"), ("(?=a)+", "matches no character"), ("*a", "repeats nothing"),
      ("a|+", "repeats nothing"),
      ("(a", "unmatched '('"), ("a)", "unmatched ')'"), ("[a", "too early"), ("a\\", "too early"),
      ("[b-a]", "bad range"), ("[\\d-a]", "bad range"),
      ("[a-\\d]", "bad range"), ("a{3,2}", "bad repetition"), ("a{1001}", "1000 times"), ("\\xE9", "character number"),
      ("\\x{110000}", "character number"),
      ("\\u00", "character number"), ("(?s:.)", "(?s"), ("\\p{", "too early"), ("(?#a", "too early"),
      ("(?<n", "too early"),
    ])
  func refused(pattern: String, words: String) throws {
    let fault = try #require(throws: PatternFault.self) { try TextPattern(pattern) }
    #expect("\(fault.problem)".contains(words), "\(pattern): \(fault.problem)")
  }

  @Test("expressions too large are refused at once")
  func large() {
    let time = processorTime {
      for pattern in [
        String(repeating: "a", count: 10_000), String(repeating: "(", count: 4_000),
        String(repeating: "[", count: 4_000),
        "(?:(?:a{1000}){1000}){1000}", "(?:(?:[ab]{0,900}){0,900}c)+", String(repeating: "(?=", count: 400),
        String(repeating: "a?", count: 30) + "{1000}{1000}", "a{99999999999999999999}",
      ] {
        #expect(throws: PatternFault.self) { try TextPattern(pattern) }
      }
    }
    #expect(time < 5)
  }

  @Test("a long text whose case does not count is read in a moment")
  func longLetters() throws {
    let time = try processorTime {
      _ = try TextPattern("(?i)" + String(repeating: "a", count: 8_000))
    }
    #expect(time < 5)
    #expect(throws: PatternFault.self) { try TextPattern("(?i)" + String(repeating: "a", count: 5_000) + "ffi") }
  }

  @Test(
    "no expression takes more than its length times the text's",
    arguments: [
      ("a*b|a", "a", 200_000), ("(?:a+)+b|a", "a", 200_000), ("(?:a|aa)+x", "a", 100_000),
      ("(?:a|a|a|a)*x", "a", 100_000),
      ("(?=a*b)a|a", "a", 100_000), ("(?!a*b)a", "a", 100_000), ("(?>a*b|a)", "a", 100_000),
      ("(?:(?>a+)b)*c|a", "a", 100_000),
      ("\\s+$", " ", 200_000), ("\\s*\\n|\\s+x|\\s", " ", 200_000), ("(.*)(.*)(.*)(.*)[^a]x", "a", 50_000),
      ("(?:a|b)*a(?:a|b){14}x|a", "ab", 20_000), ("(?:a?){900}a{900}", "a", 4_000), ("(?<=a{50})b|a", "a", 20_000),
    ])
  func hostile(pattern: String, unit: String, count: Int) throws {
    let text = Array((String(repeating: unit, count: count) + "!").utf8)
    let expression = try TextPattern(pattern)
    var matches = 0
    let time = processorTime {
      text.withUnsafeBufferPointer { text in expression.forEachMatch(in: text) { _ in matches += 1 } }
    }
    #expect(matches <= text.count)
    #expect(time < 20, "\(pattern): \(time)")
  }

  @Test("the search that keeps what it finds gives the matches of the table")
  func bothMachines() throws {
    // The table gives up after much reading in vain, somewhere in the middle.
    let text = Array(String(repeating: String(repeating: "a", count: 3_000) + "c ", count: 20).utf8)
    let expression = try TextPattern("a*b|a{1,7}|\\s|c")
    var ends: [Int] = []
    text.withUnsafeBufferPointer { text in expression.forEachMatch(in: text) { ends.append($0.upperBound) } }
    var expected: [Int] = []
    for line in 0..<20 {
      let start = line * 3_002
      expected += stride(from: start + 7, through: start + 3_000, by: 7)
      expected += [start + 3_000, start + 3_001, start + 3_002]
    }
    #expect(ends == expected)
  }
}
